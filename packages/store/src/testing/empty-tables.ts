/** A statement that leaves every table of a store empty, but for the list of its migrations. */
export const emptyTables = `do $$
begin
  execute (
    select 'truncate ' || string_agg(quote_ident(tablename), ', ') || ' restart identity'
    from pg_tables where schemaname = 'public' and tablename not like 'kysely%'
  );
end $$`;

import { useId } from "react";
import "./field.css";

/** One choice of a few, with a name. The empty value means all. */
export function Choice({
  label,
  all,
  value,
  values,
  onChange,
}: {
  readonly label: string;
  readonly all: string;
  readonly value: string | undefined;
  readonly values: readonly string[];
  readonly onChange: (value: string | undefined) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className="unseen">
        {label}
      </label>
      <select
        id={id}
        value={value ?? ""}
        className={value === undefined ? "" : "chosen"}
        onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      >
        <option value="">{all}</option>
        {value !== undefined && !values.includes(value) && <option value={value}>{value}</option>}
        {values.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </div>
  );
}

/** A field that narrows what is shown as one types. */
export function FilterField({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <div className="field wide">
      <input
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

/** A whole number within bounds; what is no such number is not taken. */
export function NumberField({
  label,
  least,
  most,
  value,
  onChange,
}: {
  readonly label: string;
  readonly least: number;
  readonly most: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  const id = useId();
  return (
    <div className="field labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={least}
        max={most}
        defaultValue={value}
        onChange={({ target }) => {
          if (target.validity.valid && Number.isInteger(target.valueAsNumber)) onChange(target.valueAsNumber);
        }}
      />
    </div>
  );
}

/** An address with its name above. */
export function AddressField({
  label,
  placeholder,
  value,
  onChange,
}: {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div className="field labelled wide">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="url"
        placeholder={placeholder}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

export const cpu = { pattern: /^(?!0+m?$)(\d{1,6}m|\d{1,4}(\.\d{1,3})?)$/, needs: 'cores such as "250m" or "2"' };
export const memory = {
  pattern: /^(?!0)\d{1,12}(Ki|Mi|Gi|Ti|k|M|G|T)$/,
  needs: 'an amount of memory such as "256Mi" or "2Gi"',
};

/** What JSON leaves as it is though it may steer a terminal or hide what stands around it. */
const unsafe = /[\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** `value` as JSON on one line, harmless on a terminal. */
export function jsonLine(value: object): string {
  return JSON.stringify(value).replace(unsafe, (character) => character.replace(/[^]/g, escaped));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

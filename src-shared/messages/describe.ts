import { isJsonObject } from '../json-object.ts';
import type { FeedMessage } from './feed-message.ts';

/** One line about a structured message. */
export interface Fact {
  label: string;
  value: string;
  /** Whether a machine reads it: an address, an id, a command. */
  code: boolean;
  /** When the value is a time: milliseconds since the epoch. */
  time?: number;
}

export interface Progress {
  /** From 0 to 1. */
  ratio: number;
  done: number;
  total: number;
}

/** What a message says, in words and fields. */
export interface Description {
  /** `task`, `result`, whatever its sender calls it; undefined for plain text. */
  type: string | undefined;
  /** The words; empty if there are only fields. */
  text: string;
  facts: readonly Fact[];
  progress: Progress | undefined;
  /** What goes with a progress: how long it will take. */
  remaining: string | undefined;
  artifacts: readonly { uri: string; name: string | undefined }[];
  /** Why it is no envelope though it looks like one. */
  warning: string | undefined;
}

/** Fields that hold the words of a message, the first that is there counts. */
const wordFields = [
  'text',
  'message',
  'summary',
  'instruction',
  'goal',
  'question',
  'answer',
  'error',
  'title',
  'description',
  'body',
  'content',
  'do',
  'note',
  'status',
];

/** In this order before all others. */
const firstFields = [
  'action',
  'target',
  'args',
  'arguments',
  'deadline',
  'reply_by',
  'due',
  'why',
  'done_when',
];

const labels = new Map([
  ['args', 'Arguments'],
  ['deadline', 'Reply by'],
  ['due', 'Reply by'],
  ['ok', 'OK'],
  ['id', 'ID'],
  ['url', 'URL'],
  ['uri', 'URI'],
]);

/** Fields whose text a machine reads. */
const codeFields =
  /^(action|target|args|arguments|command|cmd|path|file|files|branch|commit|sha|ref|url|uri|id|host|location|test|key)$/;

/** A word without blanks that has the marks of code in it: a path, an id, a call. */
const looksLikeCode = /^(?=.*[/_\\@#=:.-])(?=.*[a-z0-9])\S{3,}$/i;

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const described = new WeakMap<FeedMessage, Description>();

/** What `message` says. */
export function describe(message: FeedMessage): Description {
  let description = described.get(message);
  if (!description) described.set(message, (description = describeAnew(message)));
  return description;
}

function describeAnew({ content, interpretation }: FeedMessage): Description {
  if (interpretation.encoding === 'legacy_text') return plain(content);
  if (interpretation.encoding === 'structured') {
    const { type, content: payload, artifacts = [] } = interpretation.message;
    return {
      ...describeValue(type === 'text' ? undefined : type, payload),
      artifacts: artifacts.map(({ uri, name }) => ({ uri, name: name ?? undefined })),
    };
  }
  const { json } = interpretation;
  const warning = 'parse_warning' in interpretation ? interpretation.parse_warning : undefined;
  if (!isJsonObject(json)) return { ...describeValue(undefined, json), warning };
  const { type, schema_version: _version, ...rest } = json;
  const payload = Object.keys(rest).length === 1 && 'content' in rest ? rest['content'] : rest;
  return { ...describeValue(typeof type === 'string' && type !== '' ? type : undefined, payload), warning };
}

function plain(text: string, type?: string): Description {
  return {
    type,
    text,
    facts: [],
    progress: undefined,
    remaining: undefined,
    artifacts: [],
    warning: undefined,
  };
}

function describeValue(type: string | undefined, value: unknown): Description {
  if (typeof value === 'string') return plain(value, type);
  if (!isJsonObject(value)) {
    if (!Array.isArray(value)) return plain(JSON.stringify(value), type);
    return { ...plain('', type), facts: [{ label: 'Content', ...shownValue('content', value) }] };
  }
  const left = { ...value };
  const progress = type === 'progress' ? takeProgress(left) : undefined;
  const remaining = progress && takeText(left, ['eta', 'remaining']);
  const text = takeText(left, wordFields) ?? '';
  return { ...plain(text, type), facts: toFacts(left), progress, remaining };
}

/** Takes the first of `names` out of `fields` that holds text. */
function takeText(fields: Record<string, unknown>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value !== 'string' || value.trim() === '') continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy, made to be emptied
    delete fields[name];
    return value;
  }
  return undefined;
}

/** Takes numbers that say how far something is: `done` of `total`, or a share. */
function takeProgress(fields: Record<string, unknown>): Progress | undefined {
  const take = (...names: string[]) => {
    const name = names.find((candidate) => typeof fields[candidate] === 'number');
    return name === undefined ? undefined : { name, value: fields[name] as number };
  };
  const done = take('done', 'completed', 'current', 'progress', 'percent');
  if (!done) return undefined;
  const total = take('total', 'of');
  const isShare = !total && done.name === 'progress' && done.value <= 1;
  const whole = total?.value ?? (isShare ? 1 : 100);
  if (whole <= 0) return undefined;
  for (const name of [done.name, total?.name]) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a copy, made to be emptied
    if (name !== undefined) delete fields[name];
  }
  const ratio = Math.min(1, Math.max(0, done.value / whole));
  return total
    ? { ratio, done: done.value, total: whole }
    : { ratio, done: Math.round(ratio * 100), total: 100 };
}

function toFacts(fields: Record<string, unknown>): Fact[] {
  const names = Object.keys(fields);
  const first = firstFields.filter((name) => names.includes(name));
  return [...first, ...names.filter((name) => !firstFields.includes(name))].map((name) => ({
    label: labelOf(name),
    ...shownValue(name, fields[name]),
  }));
}

/** `done_when` → `Done when`; what is not written like a field is left as it is. */
function labelOf(name: string): string {
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) return name;
  return labels.get(name) ?? (name.charAt(0).toUpperCase() + name.slice(1)).replaceAll(/[_-]/g, ' ');
}

function shownValue(name: string, value: unknown): Omit<Fact, 'label'> {
  if (typeof value === 'string') return shownText(name, value);
  if (typeof value === 'boolean') return { value: value ? 'yes' : 'no', code: false };
  if (value === null) return { value: 'none', code: false };
  if (Array.isArray(value)) return shownList(name, value);
  if (isJsonObject(value)) return { value: count(Object.keys(value).length, 'field'), code: false };
  return { value: JSON.stringify(value), code: false };
}

function shownText(name: string, value: string): Omit<Fact, 'label'> {
  if (isoTime.test(value)) {
    const time = Date.parse(value);
    if (Number.isFinite(time)) return { value, code: false, time };
  }
  return { value, code: codeFields.test(name) || looksLikeCode.test(value) };
}

/** A short list of words is shown, a command as one would type it; anything else is counted. */
function shownList(name: string, values: readonly unknown[]): Omit<Fact, 'label'> {
  const words = values.filter((value) => typeof value === 'string' || typeof value === 'number').map(String);
  const total = words.reduce((sum, word) => sum + word.length, 0);
  if (words.length !== values.length || words.length === 0 || total > 160) {
    return { value: count(values.length, 'item'), code: false };
  }
  if (/^arg/.test(name)) return { value: words.map(quoted).join(' '), code: true };
  return { value: words.join(', '), code: words.every((word) => looksLikeCode.test(word)) };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

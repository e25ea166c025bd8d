import { BridgeError } from '../../src-shared/bridge-error.ts';
import { sentenceOf } from '../state/notices.svelte.ts';

/** What is wrong with a token that was asked for, in the words of the page. */
export interface TokenFault {
  /** At what it is to be said. */
  field: 'label' | 'rights' | 'channels';
  sentence: string;
}

/** Undefined when no field is at fault. The relay names fields as requests do; the page asks by other names. */
export function tokenFault(error: unknown): TokenFault | undefined {
  if (!(error instanceof BridgeError)) return undefined;
  const { message } = error;
  switch (error.field?.split('.')[0]) {
    case 'label': {
      const words = message.replace(/^label\b/, 'the name of the machine').replace('with the label', 'for');
      return { field: 'label', sentence: sentenceOf(new Error(words)) };
    }
    case 'rights':
      return { field: 'rights', sentence: 'Tick at least one thing that it may do.' };
    case 'channels': {
      const words = message
        .replace(/^channels\.\w+\.\d+/, 'each name or pattern')
        .replace(/^channels\.\w+/, 'the list');
      return { field: 'channels', sentence: sentenceOf(new Error(words)) };
    }
    default:
      return undefined;
  }
}

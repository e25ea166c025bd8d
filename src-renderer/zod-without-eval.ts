import { config } from 'zod';

/**
 * Imported before every schema: zod would try whether it may compile code, which the page's policy forbids, and
 * browsers report the try.
 */
config({ jitless: true });

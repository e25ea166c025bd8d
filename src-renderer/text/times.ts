export * from '../../src-shared/shown-time.ts';

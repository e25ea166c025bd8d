export * from '../../src-shared/numbers.ts';

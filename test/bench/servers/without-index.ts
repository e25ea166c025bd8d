import { Indexer } from '../../../src-main/store/sqlite/index/indexer.ts';

/** Loaded before the program: the index never begins to work, nor is it told of commits. */
Indexer.prototype.start = () => undefined;
Indexer.prototype.committed = () => undefined;

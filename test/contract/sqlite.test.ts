import { scratchDatabase } from '../store/support.ts';
import { messageStoreContract } from './message-store-contract.ts';

messageStoreContract('SQLite', () => Promise.resolve(scratchDatabase()));

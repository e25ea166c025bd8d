export { visibleName, visibleParts, type TextPart } from '../../src-shared/visible-text.ts';

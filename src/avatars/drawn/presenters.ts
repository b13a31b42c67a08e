/** Everyone who has been drawn so far. */
import type { Design } from './design.js';
import { ada } from './presenters/ada.js';

export const presenters: readonly Design[] = [ada];

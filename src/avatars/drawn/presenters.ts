/** Everyone who has been drawn so far. */
import type { Design } from './design.js';
import { ada } from './presenters/ada.js';
import { daniel } from './presenters/daniel.js';

export const presenters: readonly Design[] = [ada, daniel];

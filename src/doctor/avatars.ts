/** The avatars that a server would offer, and one to try faces with. */
import { loadCatalogue } from '../avatars/catalogue.js';
import type { Avatar } from '../engines/contract.js';
import type { Finding } from './findings.js';

export interface Gallery {
  readonly finding: Finding;
  /** Null: nobody was filmed. */
  readonly filmed: Avatar | null;
}

export async function gallery(folder: string): Promise<Gallery> {
  const about = { part: 'avatars', name: 'all', isAsked: true };
  try {
    const avatars = (await loadCatalogue(folder)).list().map(({ avatar }) => avatar);
    const filmed = avatars.filter(({ film }) => film !== null);
    const says = `${avatars.length - filmed.length} drawn, ${filmed.length} filmed`;
    const finding: Finding =
      avatars.length > 0
        ? { ...about, state: 'well', says, mend: null }
        : { ...about, state: 'absent', says: `there are none in ${folder}`, mend: 'npm start' };
    return { finding, filmed: filmed[0] ?? null };
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return {
      finding: { ...about, state: 'wrong', says, mend: 'npm run avatar -- remove NAME; npm start' },
      filmed: null,
    };
  }
}

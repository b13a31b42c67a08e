import { describe, expect, it } from 'vitest';
import type { House, Presenter } from '../../src/conversation/house.js';
import type { Avatar, FaceEngine } from '../../src/engines/contract.js';
import { facePlaces } from '../../src/face-places.js';
import { plainAvatar } from '../fixtures/engines.js';

const presenterOf = (avatar: Avatar): Presenter =>
  ({ id: avatar.id, face: { avatar } }) as Pick<Presenter, 'id' | 'face'> as Presenter;
const filmed: Avatar = { ...plainAvatar, id: 'anna', film: { hash: 'ab'.repeat(32), read: () => Promise.reject() } };

function house(places: () => number | null): House {
  const presenters = new Map([filmed, plainAvatar].map((avatar) => [avatar.id, presenterOf(avatar)]));
  const face = { places } as Pick<FaceEngine, 'places'>;
  return { engines: { face }, presenters, presenter: presenters.get('anna') } as unknown as House;
}

const looking = { avatar: null, pictures: 'patches' } as const;

/** A session that goes on until it is told to end. */
function session() {
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => over, end };
}

describe('places before a filmed face', () => {
  it('are for so many callers as the device can draw, and free again when one leaves', async () => {
    let refused = 0;
    const admit = facePlaces(
      'refuse',
      house(() => 2),
      () => {
        refused += 1;
      },
    );
    const [one, two] = [session(), session()];
    const first = admit(looking, one.run);
    void admit({ ...looking, avatar: 'anna' }, two.run);
    await expect(admit(looking, session().run)).rejects.toMatchObject({ code: 'at_capacity' });
    expect(refused).toBe(1);
    one.end();
    await first;
    const third = session();
    third.end();
    await admit(looking, third.run);
    two.end();
  });

  it('are not taken by those who see a drawn face, or none', async () => {
    const admit = facePlaces(
      'refuse',
      house(() => 1),
      () => {},
    );
    void admit(looking, session().run);
    for (const other of [
      { ...looking, avatar: 'plain' },
      { ...looking, pictures: 'none' as const },
    ]) {
      const brief = session();
      brief.end();
      await admit(other, brief.run);
    }
  });

  it('are not counted while nobody knows how many there are, nor where a voice will do', async () => {
    for (const admit of [
      facePlaces(
        'refuse',
        house(() => null),
        () => {},
      ),
      facePlaces(
        'voice',
        house(() => 0),
        () => {},
      ),
    ]) {
      void admit(looking, session().run);
      const brief = session();
      brief.end();
      await admit(looking, brief.run);
    }
  });

  it('are free again when a session fails', async () => {
    const admit = facePlaces(
      'refuse',
      house(() => 1),
      () => {},
    );
    await expect(admit(looking, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    const brief = session();
    brief.end();
    await admit(looking, brief.run);
  });
});

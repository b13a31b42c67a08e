/** Lets the conversation tests of test/e2e speak with somebody who was filmed: every server that they start draws her. */
import type { TestProject } from 'vitest/node';
import { openStudio } from './studio.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** What every server under test is told, beside what its own test says. */
    readonly serverSettings?: Record<string, string>;
  }
}

export default function setup(project: TestProject): () => void {
  const studio = openStudio();
  project.provide('serverSettings', { ...studio.settings, AVATAR: 'anna' });
  return () => studio.remove();
}

/** A run as one page that can be sent about: everything is in the file, and nothing is fetched. */
import type { RunFile } from '../run-file.js';
import { capacitySection } from './capacity-section.js';
import { circumstances } from './circumstances.js';
import { endingsSection } from './endings-section.js';
import { firstTurns } from './first-turns.js';
import { headline } from './headline.js';
import { interruptionSection } from './interruptions.js';
import { html, type Markup } from './markup.js';
import { overTime } from './over-time.js';
import { page, section } from './page.js';
import { factList, failureTable, qualityFacts } from './quality.js';
import { type Reading, readRun } from './reading.js';
import { sharedSpan, spread } from './spread.js';
import { stageTable } from './stage-table.js';
import { callerStage, callerStages, serverStage, serverStages } from './stages.js';
import { toldSection } from './told.js';
import { turnList } from './turn-list.js';
import { disturbanceWarning, loadWarning, stoppedWarning } from './warnings.js';
import { waterfalls } from './waterfall.js';
import { capital, moment } from './wording.js';

export function renderReport(run: RunFile): string {
  const reading = readRun(run);
  const { turns } = reading;
  const table = stageTable([
    { name: 'As the callers saw it', stages: callerStages(turns) },
    { name: 'As the server tells it', stages: serverStages(reading) },
  ]);
  return page(
    `Parley bench: ${reading.scenario.name}`,
    html`${top(reading)}${stoppedWarning(reading)}${loadWarning(reading)}${disturbanceWarning(reading)}${headline(reading)}
${section('What failed', failureTable(reading))}
${section('What was measured', circumstances(reading))}
${section('One turn', waterfalls(turns), 'Milliseconds from the last voiced sample. The bars before “on the way” are the server’s word, by its own clock; the others are what the caller saw.')}
${section('Stages', table, 'Milliseconds from the last voiced sample, or from a typed question. Percentiles are by the nearest rank: each is a value that was measured.')}
${section('How the turns are spread', spreads(reading), 'Above, how many turns took how long; below, the share of turns that had it by then.')}
${section('First turn against later turns', firstTurns(turns), mixed(reading))}
${section('More callers', capacitySection(reading))}
${section('Where turns end', endingsSection(reading.endings))}
${section('Interruptions', interruptionSection(reading))}
${section('The server over time', overTime(reading.samples))}
${section('What the server says of itself', toldSection(reading))}
${section('Sound, pictures, words', factList(qualityFacts(reading)))}
${section('All turns', turns.length === 0 ? null : turnList(turns))}
`,
  );
}

function top({ scenario, at }: Reading): Markup {
  return html`<header><p class="wordmark">Parley bench</p><h1>${capital(scenario.name)}</h1>${scenario.about !== '' && html`<p>${scenario.about}</p>`}<p>${moment(at)}</p></header>
`;
}

/** The callers of a later step have their first turns when the server is fuller. */
function mixed({ steps }: Reading): string | null {
  return steps.length > 1 ? 'All steps together: whoever came later had a first turn beside more callers.' : null;
}

/** Those that a caller waits for, and the first that a model gives. */
function spreads({ turns, answers }: Reading): Markup | null {
  const stages = [
    ...callerStage(turns, 'speech_stopped', 'Speech stopped'),
    ...callerStage(turns, 'transcript', 'Transcript'),
    ...serverStage(answers, 'first_token', 'First token'),
    ...serverStage(answers, 'first_audible', 'First speech that is heard'),
    ...callerStage(turns, 'first_pair', 'First sound and its picture'),
    ...callerStage(turns, 'heard', 'Heard'),
  ];
  if (stages.length === 0) return null;
  const span = sharedSpan(stages);
  return html`<div class="pairs">${stages.map((stage) => spread(stage, span))}</div>
`;
}

/**
 * Answers outside the conversation and in writing, as a client asks for to judge or to sum up what was said. They make
 * no sound and change nothing, so they need not wait for the floor, nor for one another.
 */
import { ParleyError } from '../errors.js';
import { type BeginTools, beginReply } from './begin-reply.js';
import { type ResponsePlan, type ResponseTools, type RunningResponse, runResponse } from './response.js';

/** Each is a request to a model, and somebody pays for it. */
const MOST_AT_ONCE = 8;

/** What is written is not heard, and takes no floor. */
const NO_FLOOR = { reports: false, takeTheFloor: async () => {} };

type AsideTools = BeginTools & Omit<ResponseTools, keyof typeof NO_FLOOR>;

export interface Asides {
  answer(plan: ResponsePlan): void;
  /** False if no such answer is being made here. */
  cancel(responseId: string): boolean;
}

export const isAside = ({ sink, frame }: ResponsePlan): boolean => sink === null && frame.modalities[0] === 'text';

export function createAsides(tools: AsideTools, session: AbortSignal): Asides {
  const running = new Map<string, RunningResponse>();
  return {
    answer(plan) {
      if (running.size >= MOST_AT_ONCE) throw new ParleyError('too_many_responses');
      const { id } = plan.reply;
      const response = runResponse(plan, beginReply(plan.reply, tools, session, null), { ...tools, ...NO_FLOOR });
      running.set(id, response);
      void response.done.then(() => running.delete(id));
    },
    cancel(responseId) {
      const response = running.get(responseId);
      response?.cancel('client_cancelled');
      return response !== undefined;
    },
  };
}

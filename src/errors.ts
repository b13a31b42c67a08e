/**
 * Every failure Parley can name. One row per code: who is to blame, whether another try may help, what an HTTP caller
 * and a socket are told, and the sentence for the person at the other end. Nothing else in the house invents codes.
 */

/** `caller`: the request was wrong. `server`: ours or a provider's fault. */
type Blame = 'caller' | 'server';

interface CodeRow {
  readonly blame: Blame;
  readonly http: number;
  /** The WebSocket close code, for failures that end the connection. */
  readonly close?: number;
  readonly retryable: boolean;
  readonly sentence: string;
  /** The detail is not for callers. */
  readonly isInternal?: true;
}

const caller = (http: number, sentence: string, close?: number): CodeRow => ({
  blame: 'caller',
  http,
  retryable: false,
  sentence,
  ...(close === undefined ? {} : { close }),
});
const server = (http: number, retryable: boolean, sentence: string, close?: number): CodeRow => ({
  blame: 'server',
  http,
  retryable,
  sentence,
  ...(close === undefined ? {} : { close }),
});

/** What exactly a vendor said is for whoever runs the server, and stands in the log; callers get the sentence. */
const vendor = (http: number, retryable: boolean, sentence: string): CodeRow => ({
  ...server(http, retryable, sentence),
  isInternal: true,
});

export const codes = {
  // What a caller sent.
  invalid_json: caller(400, 'The message is not JSON. Send one JSON object per text frame.'),
  unknown_event: caller(400, 'There is no client event of this type. docs/protocol.md lists them all.'),
  invalid_value: caller(400, 'A field is missing or has a wrong value; `param` names it.'),
  json_too_deep: caller(400, 'The message is nested too deeply. No event needs more than 64 levels.'),
  json_too_large: caller(400, 'The message holds more values than any event needs.'),
  invalid_media: caller(400, 'The binary frame is not one of parley.media.v1. docs/protocol.md has the byte table.'),
  media_not_negotiated: caller(400, 'Binary frames need the subprotocol parley.media.v1; offer it when you connect.'),
  invalid_audio: caller(400, 'Send audio as base64, in the format that the session names.'),
  input_audio_buffer_commit_empty: caller(400, 'There is no audio to commit. Append at least 100 ms first.'),
  audio_backlog: caller(
    429,
    'More than 120 s of audio wait to be heard; what came on top was dropped. Send it slower.',
  ),
  too_much_speech: caller(429, 'Too much speech is being recognised already. Wait for a transcript before the next.'),
  cannot_hear: caller(400, 'This server has no speech recogniser, so it cannot hear. Send text items instead.'),
  cannot_show: caller(400, 'This server has no face, so it sends no pictures. Everything else works.'),
  item_not_found: caller(404, 'Name an item that is in the conversation.'),
  invalid_tool_call_id: caller(404, 'Send the output of a function with the call_id of its function_call item.'),
  item_exists: caller(409, 'Choose an id that no item of the conversation has, or none.'),
  truncate_beyond_end: caller(400, 'The item has less audio than that; truncate at or before its end.'),
  truncate_without_audio: caller(400, 'Only an assistant item with audio can be truncated.'),
  conversation_already_has_active_response: caller(
    409,
    'A response is in progress. Cancel it, or wait for response.done, before asking for the next.',
  ),
  too_many_responses: caller(
    429,
    'Eight responses outside the conversation are being made. Wait until one is done, or cancel one.',
  ),
  response_cancel_not_active: caller(409, 'There is no response in progress that could be cancelled.'),
  unknown_voice: caller(400, 'Choose one of GET /v1/voices.'),
  cannot_update_voice: caller(400, 'The voice is settled once the avatar has spoken. Open a new session to change it.'),
  unknown_avatar: caller(404, 'Choose one of GET /v1/avatars.'),
  origin_refused: caller(403, 'Pages of this origin may not use this server. Add it to ALLOWED_ORIGINS.'),
  unauthorized: caller(401, 'This server needs its access token: as a bearer token, or `?token=` in the address.'),
  host_refused: caller(403, 'This host name is not one of the server. Add it to ALLOWED_HOSTS.'),
  beta_refused: caller(400, 'This server speaks the GA Realtime protocol. Leave out the OpenAI-Beta header.'),
  message_too_big: caller(413, 'One message may hold at most 15 MiB.', 1009),
  too_fast: caller(429, 'Messages arrive faster than they can be read.', 1008),
  slow_client: caller(408, 'The client does not read what it is sent.', 1013),
  too_many_keys: caller(
    429,
    'Too many keys have been issued that are not expired yet. Ask for shorter ones, or fewer.',
  ),
  session_limit: caller(429, 'This conversation is over; a new one may begin.', 1000),
  not_found: caller(404, 'There is nothing at this address.'),

  // Making an avatar of a film.
  making_refused: caller(
    403,
    'Without an ACCESS_TOKEN, avatars and voices are made for callers on the same machine only.',
  ),
  unsupported_media: caller(
    415,
    'For an avatar, send the film itself as the body: video/*, image/*, or application/octet-stream; for a voice, a ' +
      'form: multipart/form-data.',
  ),
  upload_too_large: caller(413, 'That is more than this server takes. Cut it, or raise MAX_UPLOAD.'),
  avatar_exists: caller(409, 'Choose a name that no avatar has.'),
  avatar_stays: caller(409, 'Only filmed avatars can be removed, and not the one that callers meet who name nobody.'),
  preparation_failed: caller(
    422,
    'No avatar can be made of this film; `param` says why. docs/avatars.md tells how to film one.',
  ),

  // Making a voice of recordings.
  consent_missing: caller(
    400,
    'Send who speaks in the recordings and that they agree to a voice made of them, as the field `consent`: a sentence ' +
      'of 10 to 1000 characters.',
  ),
  bad_recording: caller(422, 'Send a recording of speech as WAV, MP3, FLAC, Ogg or WebM, of at most 20 MB.'),
  recording_length: caller(422, 'Each recording has to last 3 to 60 seconds. Record more, or cut it.'),
  recording_clipped: caller(
    422,
    'It is too loud: the sound is cut off at its peaks. Turn the microphone down, or step back, and record it again.',
  ),
  recording_too_quiet: caller(
    422,
    'Nothing is loud enough to learn a voice from. Speak nearer to the microphone, or turn it up, and record it again.',
  ),
  too_little_speech: caller(
    422,
    'A voice needs at least 3 seconds of somebody speaking, all recordings together; 10 or more are better.',
  ),
  too_many_voices: caller(409, 'No more voices are kept. Delete one first.'),
  voice_stays: caller(409, 'Only voices that were made of recordings can be deleted.'),

  // The house and its providers.
  at_capacity: server(503, true, 'All places are taken. Try again in a moment.', 1013),
  shutting_down: server(503, true, 'The server is shutting down. Connect again in a moment.', 1001),
  worker_unavailable: server(503, true, 'A worker process is not running at the moment; it is being restarted.'),
  worker_broken: server(502, true, 'A worker process broke off in the middle of its work.'),
  worker_settings: server(500, false, 'A worker process refused its settings; the log says which.'),
  engine_failed: server(502, true, 'An engine failed while it was answering.'),
  no_answer: server(502, false, 'Nobody is there who has an answer to that.'),
  cannot_prepare: server(501, false, 'This server is not set up to make avatars; docs/avatars.md says how it is.'),
  cannot_learn: server(501, false, 'This server cannot make voices of recordings; docs/voices.md says what it needs.'),
  disk_full: server(507, false, "The server's disk is full; nothing was kept."),
  stt_failed: server(502, true, 'What was said could not be recognised. Say it again, or type it.'),
  unsupported_rate: server(500, false, 'Audio of this sample rate cannot be converted.'),
  tts_failed: server(502, true, 'The voice failed; the answer goes on as text.'),
  face_failed: server(502, true, 'The face failed; the answer goes on as voice.'),
  internal: server(500, false, 'Something went wrong in the server; the log has the details.'),

  // What is wrong at a vendor. `retryable`: another try, a little later, may go well.
  deadline: vendor(504, true, 'No answer came in time. Try again.'),
  bad_key: vendor(502, false, 'A provider does not accept its key. Whoever runs this server has to set another one.'),
  quota_exceeded: vendor(
    502,
    false,
    'The account at a provider is used up. Whoever runs this server has to top it up.',
  ),
  rate_limited: vendor(503, true, 'A provider is asked too often. Try again in a moment.'),
  too_many_concurrent: vendor(503, false, 'A provider is busy with other callers of this server. Try again soon.'),
  connection_cut: vendor(502, true, 'The connection to a provider broke. Try again.'),
  content_refused: vendor(502, false, 'A provider refuses to answer this. Say it in other words.'),
  vendor_refused: vendor(
    502,
    false,
    'A provider does not accept a request; the log says why. The settings may be wrong.',
  ),
  unknown_model: vendor(
    502,
    false,
    'A provider does not know the model that it is asked for. Whoever runs this server has to name another one.',
  ),
  vendor_broken: vendor(502, true, 'A provider answered with something that cannot be read. Try again.'),
  vendor_down: vendor(502, true, 'A provider is out of order. Try again later.'),

  // Reasons for which a turn ends early. They travel as abort reasons, not as errors.
  turn_cancelled: server(499, false, 'The response was cancelled by the caller.'),
  barge_in: server(499, false, 'The caller spoke while the avatar was speaking.'),
  client_gone: server(499, false, 'The caller is gone.'),

  // What an operator set up.
  bad_settings: caller(500, 'A setting has a wrong value.'),
  bad_persona: caller(500, 'A persona file has mistakes.'),
  bad_pack: caller(500, 'An avatar pack is damaged or of another version.'),
} as const satisfies Record<string, CodeRow>;

export type Code = keyof typeof codes;

/** The one error class of the house. `detail` says what exactly went wrong; the code's sentence says what to do. */
export class ParleyError extends Error {
  readonly code: Code;
  /** The field of the request that was wrong, as a path: `session.audio.output.voice`. */
  readonly param: string | null;
  /** When a vendor said so: how long it wants not to be asked again. */
  readonly retryAfterMs: number | null;

  constructor(code: Code, detail?: string, options: { cause?: unknown; param?: string; retryAfterMs?: number } = {}) {
    super(detail ?? codes[code].sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ParleyError';
    this.code = code;
    this.param = options.param ?? null;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get row(): CodeRow {
    return codes[this.code];
  }

  get retryable(): boolean {
    return this.row.retryable;
  }
}

/** Whatever was thrown, as a ParleyError: unknown errors become `fallback` and keep their cause. */
export function asParleyError(thrown: unknown, fallback: Code = 'internal'): ParleyError {
  if (thrown instanceof ParleyError) return thrown;
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  return new ParleyError(fallback, detail, { cause: thrown });
}

/** An error as the Realtime protocol shows it: what went wrong, then what to do about it. */
export function errorBody(error: ParleyError, eventId: string | null) {
  const { sentence, blame, isInternal } = error.row;
  // What was thrown by others is for the log.
  const isOurs = !isInternal && (blame === 'caller' || error.cause === undefined);
  return {
    type: blame === 'caller' ? ('invalid_request_error' as const) : ('server_error' as const),
    code: error.code,
    message: !isOurs || error.message === sentence ? sentence : `${error.message} ${sentence}`,
    param: isOurs ? error.param : null,
    event_id: eventId,
  };
}

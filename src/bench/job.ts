/** What one caller has to do. */
export interface CallerJob {
  readonly caller: number;
  readonly url: string;
  readonly token: string | null;
  readonly turns: number;
  readonly typed: boolean;
  /** Over every answer something is heard. */
  readonly interrupt: boolean;
  readonly expectsPictures: boolean;
  readonly seed: number;
}

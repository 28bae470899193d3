/** Mutants of a solution that are right answers, too. */
export interface Equivalent {
  /** The line after the change, trimmed; of several alike, all are meant. */
  after: string;
  /** The line before the change, trimmed. */
  before: string;
  /** Why it makes no difference that the task says anything about. */
  why: string;
}

/** By exercise: the mutants that may pass. */
export const equivalent: Record<string, Equivalent[]> = {};

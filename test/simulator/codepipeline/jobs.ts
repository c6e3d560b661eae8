import type { Context } from '../context';
import type { JsonRecord } from '../input';
import { ServiceError } from '../wire';
import type { Job, JobResult } from './model';

/** The jobs of the pipeline's action. */
export class Jobs {
  readonly #context: Context;
  readonly #waiting = new Map<string, () => void>();
  /** Oldest first. */
  readonly all: Job[] = [];

  constructor(context: Context) {
    this.#context = context;
  }

  /** With an id of its own choice where a sample event has one. */
  create(data: JsonRecord, id = this.#context.random.uuid(), executionId?: string): Job {
    const { schedule } = this.#context;
    const job: Job = {
      id,
      createdAt: schedule.time,
      executionId,
      data,
      result: undefined,
      closed: false,
      isForgotten: false,
      refusedResults: 0,
    };
    this.all.push(job);
    return job;
  }

  /** Resolves when the job has its result. */
  answered(job: Job): Promise<void> {
    if (job.result) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.set(job.id, resolve);
    });
  }

  /** @throws JobNotFoundException */
  existing(id: string): Job {
    const job = this.all.find((candidate) => candidate.id === id);
    if (!job) throw notFound(id);
    return job;
  }

  /** The action was abandoned: whether its job still takes a result is unverified. */
  abandon(job: Job): void {
    if (this.#context.options.abandonedResult !== 'accepted') job.closed = true;
    job.isForgotten = this.#context.options.abandonedResult === 'unknown';
  }

  /** @throws InvalidJobStateException when the job has a result already, or takes none any more */
  answer(job: Job, result: JobResult): void {
    if (job.isForgotten) {
      job.refusedResults += 1;
      throw notFound(job.id);
    }
    if (job.result || job.closed) {
      job.refusedResults += 1;
      const state = job.result?.kind === 'failure' ? 'Failed' : 'Succeeded';
      throw new ServiceError(400, 'InvalidJobStateException', `Job ${job.id} is in an invalid state: ${state}`);
    }
    job.result = result;
    this.#waiting.get(job.id)?.();
    this.#waiting.delete(job.id);
  }
}

function notFound(id: string): ServiceError {
  return new ServiceError(400, 'JobNotFoundException', `Could not find job with id ${id}`);
}

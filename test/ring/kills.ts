/** Processes that are killed while they write a ring or read it, and what the other side sees. */
import { expect } from 'vitest';
import { type Device, RingError } from '../../runtime/index.js';
import { random } from '../support/random.js';
import { Producer, Program } from './consumers.js';

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

/**
 * Kills consumers in Python at random moments; the producer goes on, and hears of each that had opened the ring.
 * @returns After how many milliseconds it heard of each.
 */
export const killConsumers = async (
  device: Device,
  count: number,
  mode: 'share' | 'broadcast',
): Promise<readonly number[]> => {
  const { next } = random(41 + count);
  const producer = new Producer(device, `consumers-${mode}`, { slots: 3, mode });
  let isDone = false;
  // Who only waits for a process to start leaves it the processor.
  let isReading = false;
  const heard: number[] = [];
  const after: number[] = [];
  const writing = (async () => {
    const done = new AbortController();
    const watch = setInterval(() => isDone && done.abort(new Error('done')), 20);
    try {
      while (!isDone) {
        if (!isReading) {
          await pause(5);
          continue;
        }
        try {
          const slot = await producer.ring.acquire({ signal: done.signal });
          slot.cancel();
          await producer.put();
        } catch (error) {
          if (!(error instanceof RingError)) {
            throw error;
          }
          expect(error.code).toBe('consumerLost');
          heard.push(performance.now());
        }
      }
    } catch (error) {
      if (!isDone) {
        throw error;
      }
    } finally {
      clearInterval(watch);
    }
  })();
  writing.catch(() => {});
  let following = Program.consumer('read', `consumers-${mode}`, 0);
  for (let n = 0; n < count; n++) {
    const consumer = following;
    // The next one starts while this one reads.
    following = Program.consumer('read', `consumers-${mode}`, n % 3 === 0 ? 0.01 : 0);
    expect(await consumer.told()).toEqual({ told: 'open' });
    isReading = true;
    await pause(next() * 80);
    const before = heard.length;
    const killed = performance.now();
    await consumer.kill();
    while (heard.length === before) {
      await pause(5);
    }
    after.push(heard[before]! - killed);
    isReading = false;
  }
  // What comes then works as ever.
  expect(await following.told()).toEqual({ told: 'open' });
  const reached = producer.value + 20;
  isReading = true;
  while (producer.value < reached) {
    await pause(5);
  }
  isDone = true;
  await writing;
  producer.ring.close();
  await following.end();
  expect(following.process.exitCode).toBe(0);
  return after;
};

/**
 * Kills producers at random moments; one consumer in Python reads them all, and says when it knows.
 * @returns After how many milliseconds it knew of each.
 */
export const killProducers = async (
  count: number,
  mode: 'share' | 'broadcast',
  where: 'cpu' | 'cuda' = 'cpu',
): Promise<readonly number[]> => {
  const { next } = random(97 + count);
  const name = `producers-${mode}`;
  const consumer = Program.consumer('survive', name);
  const after: number[] = [];
  for (let n = 0; n < count; n++) {
    const producer = Program.producer(name, mode, where);
    expect(await producer.line()).toBe('open');
    expect(await consumer.told()).toEqual({ told: 'open' });
    await pause(next() * 80);
    const killed = Date.now();
    await producer.kill();
    const { told, time } = await consumer.told();
    expect(told).toBe('producerLost');
    after.push(1000 * Number(time) - killed);
  }
  await consumer.kill();
  return after;
};

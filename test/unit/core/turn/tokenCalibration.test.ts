import { describe, expect, it } from 'vitest';
import { TokenCalibration } from '../../../../src/core/turn/tokenCalibration';

const ref = { provider: 'p', model: 'm' };

describe('the correction of estimated tokens', () => {
  it('is none before a provider has counted, and afterwards makes the estimate what it said', () => {
    const calibration = new TokenCalibration();
    expect(calibration.factorOf(ref)).toBe(1);
    calibration.record(ref, 800, 1000);
    expect(Math.round(800 * calibration.factorOf(ref))).toBe(1000);
  });

  it('follows the last request, each model for itself', () => {
    const calibration = new TokenCalibration();
    calibration.record(ref, 1000, 1500);
    calibration.record({ ...ref, model: 'other' }, 1000, 700);
    calibration.record(ref, 1000, 1100);
    expect(calibration.factorOf(ref)).toBe(1.1);
    expect(calibration.factorOf({ ...ref, model: 'other' })).toBe(0.7);
  });

  it('learns nothing from tiny requests or from none counted, and nothing absurd', () => {
    const calibration = new TokenCalibration();
    calibration.record(ref, 20, 900);
    calibration.record(ref, 1000, 0);
    expect(calibration.factorOf(ref)).toBe(1);
    calibration.record(ref, 1000, 1_000_000);
    expect(calibration.factorOf(ref)).toBe(4);
    calibration.record(ref, 1000, 1);
    expect(calibration.factorOf(ref)).toBe(0.25);
  });

  it('rises with each refusal until an answer puts it right', () => {
    const calibration = new TokenCalibration();
    calibration.recordRefusal(ref, 1000, 1200);
    expect(calibration.factorOf(ref)).toBeCloseTo(1.8);
    calibration.recordRefusal(ref, 1000, 900);
    expect(calibration.factorOf(ref)).toBeCloseTo(2.7);
    calibration.record(ref, 1000, 1100);
    expect(calibration.factorOf(ref)).toBe(1.1);
  });

  it('tells of changes only, and comes back from its snapshot', () => {
    const calibration = new TokenCalibration();
    let changes = 0;
    calibration.onDidChange(() => changes++);
    calibration.record(ref, 1000, 1200);
    calibration.record(ref, 500, 600);
    expect(changes).toBe(1);
    const kept = JSON.parse(JSON.stringify(calibration.snapshot())) as Record<string, unknown>;
    expect(new TokenCalibration(kept).factorOf(ref)).toBe(1.2);
    expect(new TokenCalibration({ ...kept, bad: 'x', worse: Number.NaN, huge: 1e9 }).snapshot()).toEqual({
      'p/m': 1.2,
      huge: 4,
    });
  });

  it('forgets the models that were not heard of for the longest time', () => {
    const calibration = new TokenCalibration();
    for (let index = 0; index < 300; index++) {
      calibration.record({ provider: 'p', model: `m${index}` }, 1000, 2000);
    }
    expect(Object.keys(calibration.snapshot())).toHaveLength(200);
    expect(calibration.factorOf({ provider: 'p', model: 'm299' })).toBe(2);
    expect(calibration.factorOf({ provider: 'p', model: 'm0' })).toBe(1);
  });
});

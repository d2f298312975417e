import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heightAt } from '../src/tide.js';

const low = { minutes: 360, height: 0.4 };
const high = { minutes: 732, height: 3.8 };

test('a tide has its own height', () => {
  assert.ok(Math.abs(heightAt(low, high, 360) - 0.4) < 1e-9);
});

test('half way between two tides is their middle', () => {
  assert.ok(Math.abs(heightAt(low, high, 546) - 2.1) < 1e-9);
});

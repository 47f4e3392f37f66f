import { expect, test } from 'vitest';
import {
  isSameDescription,
  parameterUnits,
  withParameters,
} from '../../../../src/record/convert/parameter-sets.ts';

/** An AVCDecoderConfigurationRecord with one sequence's set and two pictures'. */
const record = Uint8Array.of(1, 66, 0, 30, 0xff, 0xe1, 0, 3, 0x67, 1, 2, 2, 0, 2, 0x68, 3, 0, 1, 0x68);

test('parameter sets stand in a packet as its other units, each after its length', () => {
  const units = parameterUnits(record);
  expect([...units]).toEqual([0, 0, 0, 3, 0x67, 1, 2, 0, 0, 0, 2, 0x68, 3, 0, 0, 0, 1, 0x68]);
  expect([...withParameters(units.subarray(0, 7), Uint8Array.of(9, 8))]).toEqual([
    0, 0, 0, 3, 0x67, 1, 2, 9, 8,
  ]);
});

test('decoders are alike if all bytes are, wherever those lie', () => {
  const padded = new Uint8Array(record.length + 4);
  padded.set(record, 4);
  expect(isSameDescription(record, padded.subarray(4))).toBe(true);
  expect(isSameDescription(record, padded)).toBe(false);
  expect(isSameDescription(undefined, undefined)).toBe(true);
  expect(isSameDescription(record, undefined)).toBe(false);
});

import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { aboutOtherDevices } from '../../../src/server/other-devices.ts';

const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv4') =>
  ({ address, family, internal: address === '127.0.0.1' }) as NetworkInterfaceInfo;

const interfaces = {
  lo: [info('127.0.0.1')],
  eth0: [info('192.168.1.7'), info('fe80::1', 'IPv6')],
  wlan0: [info('10.0.0.3'), info('169.254.8.9')],
  docker0: [info('172.17.0.1')],
};

test('names the addresses that others reach, with what their browsers want', () => {
  const [where, how] = aboutOtherDevices(interfaces, undefined, 8081).split('\n');
  expect(where).toBe('Other devices on the network: http://192.168.1.7:8081/ or http://10.0.0.3:8081/');
  expect(how).toContain('https');
  expect(how).toContain('--unsafely-treat-insecure-origin-as-secure=http://192.168.1.7:8081');
});

test('names the one that is listened at, and none that keeps others out', () => {
  expect(aboutOtherDevices(interfaces, '10.0.0.3', 80)).toMatch(/: http:\/\/10\.0\.0\.3:80\/\n/);
  expect(aboutOtherDevices(interfaces, '0.0.0.0', 80)).toContain('192.168.1.7');
  for (const host of ['127.0.0.1', 'localhost', '::1'])
    expect(aboutOtherDevices(interfaces, host, 80)).toBe('');
  expect(aboutOtherDevices({ lo: interfaces.lo }, undefined, 80)).toBe('');
});

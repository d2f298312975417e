import { AppError } from '../../core/base/errors';

/** True for an address of this machine, where nothing travels over a network. */
export function isLoopbackAddress(address: URL): boolean {
  const host = address.hostname;
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The address, if a key may be sent to it: https, or this machine. Throws `provider/invalid` or `provider/insecure-address`. */
export function secureAddress(text: string, provider: string): URL {
  let address: URL;
  try {
    address = new URL(text);
  } catch (cause) {
    throw new AppError('provider/invalid', { args: { provider, detail: 'The address is not a URL.' }, cause });
  }
  if (address.protocol !== 'https:' && !(address.protocol === 'http:' && isLoopbackAddress(address))) {
    throw new AppError('provider/insecure-address', { args: { provider, host: address.host } });
  }
  return address;
}

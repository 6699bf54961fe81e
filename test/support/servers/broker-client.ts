import { request } from 'node:http';
import { type BrokerCalls, brokerVariable } from './broker-messages.ts';

/** Asks the broker. It may take the time that a server needs to start, or a bundle to be made. */
export function askBroker<Path extends keyof BrokerCalls>(
  path: Path,
  ask: BrokerCalls[Path]['ask'],
): Promise<BrokerCalls[Path]['answer']> {
  const socketPath = process.env[brokerVariable];
  if (!socketPath) {
    throw new Error(
      'No services here: this file belongs to the unit project, which is pure. Move it out of the folders named in jest.config.mjs.',
    );
  }
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(text) as BrokerCalls[Path]['answer']);
        else reject(new Error(`The test broker failed on ${path}: ${text}`));
      });
    });
    call.on('error', reject);
    call.end(JSON.stringify(ask));
  });
}

// Imported first by every program: an old Node gets one clear line instead of a stack trace.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `cannot start: this is Node ${process.versions.node}, Node 24.15 or newer is needed; ` +
      'use "npm start" after "npm ci" (it brings Node 24), or install Node 24\n',
  );
  process.exit(1);
}

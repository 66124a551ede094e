// Prints the most memory that the process held, as it ends.
process.on('exit', () => process.stderr.write(`peak RSS ${process.resourceUsage().maxRSS * 1024} bytes\n`));

#!/usr/bin/env node
/** The program `cuweave`. */
import { main } from './commands/main.js';

process.exitCode = await main(process.argv.slice(2), process);

// Comes before every schema: zod would try `new Function` otherwise, which the page's content security policy forbids and reports.
import { config } from 'zod';

config({ jitless: true });

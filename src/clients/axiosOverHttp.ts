// The order counts: see fetchGlobals.ts.
import './hideFetch';
import axios from 'axios';
import './showFetch';

export { axios };

/** Starts the page of a client's visit: the language is chosen before anything is shown in it. */

import '../ui/first-language';
import './visit';

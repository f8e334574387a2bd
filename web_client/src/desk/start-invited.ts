/** Starts the page for staff who were invited: the language is chosen before anything is shown in it. */

import '../ui/first-language';
import './invited';

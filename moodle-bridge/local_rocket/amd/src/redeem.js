// This file is part of Moodle - http://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <http://www.gnu.org/licenses/>.

/**
 * Redeeming: asks in a dialogue instead of on a page of its own, and sends the answer once.
 *
 * @module     local_rocket/redeem
 * @copyright  2026 Rocket contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

import {loadFragment} from 'core/fragment';
import Modal from 'core/modal';
import Pending from 'core/pending';
import {getString} from 'core/str';

const LINK = 'a[data-action="local_rocket/redeem"]';
const FORM = '.local_rocket-redeem [data-region="confirm"]';

let listening = false;
let asking = false;

/**
 * Draws the question that the link's page would ask. The server makes the idempotency key with it.
 *
 * @param {HTMLAnchorElement} link
 */
const ask = async(link) => {
    if (asking) {
        return;
    }
    asking = true;
    const pending = new Pending('local_rocket/redeem:ask');
    try {
        const asked = Object.fromEntries(new URL(link.href).searchParams);
        const body = await loadFragment('local_rocket', 'redeem', window.M.cfg.contextid, asked);
        const title = await getString('redeem', 'local_rocket');
        await Modal.create({title, body, show: true, removeOnClose: true, returnElement: link});
    } catch {
        // The page asks the same, and says what is wrong where something is.
        window.location.assign(link.href);
    } finally {
        asking = false;
        pending.resolve();
    }
};

/**
 * Switches the button of a question on or off.
 *
 * @param {HTMLFormElement} form
 * @param {Boolean} on
 */
const allow = (form, on) => {
    form.querySelector('[type="submit"]').disabled = !on;
};

/**
 * Starts, once on each page.
 */
export const init = () => {
    if (listening) {
        return;
    }
    listening = true;
    document.addEventListener('click', (event) => {
        const link = event.target.closest(LINK);
        const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
        if (link && plain) {
            event.preventDefault();
            ask(link);
        }
    });
    document.addEventListener('submit', (event) => {
        if (event.target.matches(FORM)) {
            allow(event.target, false);
        }
    });
    // Back from the next page, the browser shows this one as it was left.
    window.addEventListener('pageshow', () => document.querySelectorAll(FORM).forEach((form) => allow(form, true)));
};

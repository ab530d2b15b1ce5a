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
 * Fetches anew what the block shows.
 *
 * @module     block_rocket/block
 * @copyright  2026 Rocket contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

import {call} from 'core/ajax';
import Log from 'core/log';
import Pending from 'core/pending';
import {replaceNode} from 'core/templates';

/**
 * Asks once, and draws what is new, except where somebody is just using the block.
 */
export const refresh = async() => {
    const pending = new Pending('block_rocket/block:refresh');
    try {
        const {html} = await call([{methodname: 'local_rocket_get_account', args: {}}])[0];
        document.querySelectorAll('[data-region="block_rocket"]').forEach((block) => {
            if (!block.contains(document.activeElement)) {
                replaceNode(block, html, '');
            }
        });
    } catch (error) {
        // What is shown was true a minute ago, and nobody asked for more.
        Log.warn(`block_rocket: ${error.message}`);
    }
    pending.resolve();
};

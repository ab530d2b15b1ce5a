<?php
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

namespace local_rocket;

use core\message\message;

/**
 * A message to one person, as Moodle sends it: by the ways which that person chose for its kind, or not at all.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notification {
    /** @var string[] how a link to a page is called */
    private const LINKS = ['view.php' => 'mypoints', 'review.php' => 'pagereview'];

    /**
     * Sends it: for cron, since it is written as the person would read it, in their language and zone.
     *
     * @param \stdClass $to
     * @param string $provider of db/messages.php
     * @param string $page of this plugin, to read on
     * @param callable $text gives one sentence or two, plain; asked when the language is that of whoever reads it
     */
    public static function send(\stdClass $to, string $provider, string $page, callable $text): void {
        global $PAGE;
        \core\cron::setup_user($to);
        try {
            $said = $text();
            $link = [
                'url' => (new \moodle_url('/local/rocket/' . $page))->out(false),
                'linktext' => get_string(self::LINKS[$page] ?? 'pluginname', 'local_rocket'),
            ];
            $message = new message();
            $message->component = 'local_rocket';
            $message->name = $provider;
            $message->notification = 1;
            $message->userfrom = \core_user::get_noreply_user();
            $message->userto = $to;
            // Where notices are listed, their subject is all that is seen.
            $message->subject = shorten_text($said, 250, true);
            $message->fullmessage = $said . "\n\n" . $link['linktext'] . ': ' . $link['url'];
            $message->fullmessageformat = FORMAT_PLAIN;
            $message->fullmessagehtml = $PAGE->get_renderer('core')
                ->render_from_template('local_rocket/notification', $link + ['text' => $said]);
            $message->smallmessage = $said;
            $message->contexturl = $link['url'];
            $message->contexturlname = $link['linktext'];
            message_send($message);
        } finally {
            \core\cron::setup_user();
        }
    }

    /**
     * Those who are told what administrators should know.
     *
     * @param string $capability who has it besides administrators
     * @return \stdClass[] by id
     */
    public static function people_in_charge(string $capability = 'local/rocket:manage'): array {
        return get_admins() + get_users_by_capability(\context_system::instance(), $capability, 'u.*');
    }
}

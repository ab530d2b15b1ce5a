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

namespace local_rocket\ledger;

use local_rocket\allowlist;
use local_rocket\checkpoints;
use local_rocket\state;

/**
 * Mails the newest checkpoint to whoever looks after the institution's ledger: a copy that nobody here can change.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class audit_mail {
    /** @var string under which it is kept what was mailed */
    private const STATE = 'audit_mail';

    /** @var int the id of a person who is none of this site's, as Moodle's mailer wants one */
    private const NOBODY = -30;

    /**
     * Mails it, where it is another one than was mailed last, or to somebody else.
     *
     * @return bool|null whether it was mailed; null: there was nothing to mail
     */
    public static function send(): ?bool {
        $contact = allowlist::audit_contact();
        $newest = checkpoints::newest();
        $before = self::last();
        if ($contact === null || $newest === null || ($before['note'] === $newest->note && $before['contact'] === $contact)) {
            return null;
        }
        $sent = self::mail($contact, checkpoint::read($newest->note));
        $mailed = $sent ? ['contact' => $contact, 'note' => $newest->note, 'size' => (int)$newest->size, 'time' => time()] : [];
        state::set(self::STATE, ['failed' => $sent ? null : time()] + $mailed + $before);
        return $sent;
    }

    /**
     * What was mailed last.
     *
     * @return array contact, note, size, time (epoch seconds; null: nothing was yet), failed (when it could not be; null: it could)
     */
    public static function last(): array {
        return (state::get(self::STATE) ?? []) +
            ['contact' => null, 'note' => null, 'size' => null, 'time' => null, 'failed' => null];
    }

    /**
     * Sends one mail: the note in its text, and as a file.
     *
     * @param string $contact
     * @param checkpoint $checkpoint
     * @return bool
     */
    private static function mail(string $contact, checkpoint $checkpoint): bool {
        global $SITE;
        $site = format_string($SITE->shortname, true, ['context' => \context_system::instance(), 'escape' => false]);
        $a = ['site' => $site, 'size' => $checkpoint->size, 'origin' => $checkpoint->origin];
        $alarms = array_map([alarms::class, 'words'], alarms::open());
        $text = implode("\n\n", [
            get_string('auditmail', 'local_rocket', $a),
            ...($alarms === [] ? [] : [get_string('auditmail_alarms', 'local_rocket'), ...$alarms]),
            get_string('auditmail_note', 'local_rocket'),
            trim($checkpoint->note),
            get_string(count(keys::pinned()) > 1 ? 'auditmail_keys' : 'auditmail_key', 'local_rocket'),
            implode("\n", keys::pinned()),
            get_string('auditmail_check', 'local_rocket'),
        ]) . "\n";
        $name = "checkpoint-$checkpoint->size.txt";
        $file = make_request_directory() . '/' . $name;
        file_put_contents($file, $checkpoint->note);
        $subject = get_string('auditmail_subject', 'local_rocket', $a);
        // Moodle breaks the lines of a text: a note is whole in the file alone.
        return email_to_user(self::person($contact), \core_user::get_noreply_user(), $subject, $text, '', $file, $name);
    }

    /**
     * Somebody who has no account here.
     *
     * @param string $contact
     * @return \stdClass
     */
    private static function person(string $contact): \stdClass {
        $person = (object)['id' => self::NOBODY, 'username' => 'audit', 'email' => $contact, 'auth' => 'manual', 'mailformat' => 0,
            'maildisplay' => 1, 'suspended' => 0, 'deleted' => 0];
        foreach (\core_user\fields::get_name_fields() as $field) {
            $person->$field = '';
        }
        $person->firstname = $contact;
        return $person;
    }
}

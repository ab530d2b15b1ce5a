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

use core\event\base;

/**
 * Hears every event of the site and keeps the few that matter: one look-up for most, one INSERT for those.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class observer {
    /** @var string[] what is read of an event's `other`; nothing that a person wrote is among it */
    private const OTHER = [
        'completionstate', 'overrideby', 'quizid', 'itemid', 'finalgrade', 'discussionid', 'forumid', 'submissionid',
        'submissionattempt', 'groupid', 'attemptid', 'badgeissuedid', 'dateexpire', 'dataid', 'choiceid',
    ];

    /** @var string[] events in which the related user is somebody else's work, and the actor the learner */
    private const ACTOR_LEARNS = ['\mod_workshop\event\submission_assessed'];

    /** @var bool whether this request sends when its page is out */
    private static bool $sends = false;

    /**
     * Keeps an event. Whatever goes wrong here stays here: a learner's page must not break on it.
     *
     * @param base $event
     */
    public static function catch_all(base $event): void {
        try {
            if (allowlist::has($event->eventname)) {
                self::keep($event);
            }
        } catch (\Throwable $e) {
            // The nightly sweep finds it: it compares what happened with what was kept.
            // phpcs:ignore moodle.PHP.ForbiddenFunctions
            error_log('local_rocket: an event was not kept: ' . $e->getMessage());
        }
    }

    /**
     * Keeps an event that is wanted, unless it is nobody's own act.
     *
     * @param base $event
     */
    private static function keep(base $event): void {
        $data = $event->get_data();
        $learns = !empty($data['relateduserid']) && !in_array($data['eventname'], self::ACTOR_LEARNS, true);
        $userid = (int)($learns ? $data['relateduserid'] : $data['userid']);
        if ($userid <= 0 || !empty($data['anonymous']) || isguestuser($userid) || $event->is_restored()) {
            return;
        }
        // Kept as nobody's points, so that the nightly sweep does not take it for something that was missed.
        $pretended = self::pretended();
        $skipped = $pretended === null ? []
            : ['status' => outbox::SKIPPED, 'reason' => $pretended, 'ip' => null, 'other' => null, 'timemodified' => time()];
        outbox::add_captured($skipped + [
            'eventname' => $data['eventname'],
            'userid' => $userid,
            'actorid' => $data['userid'] > 0 ? (int)$data['userid'] : null,
            'courseid' => (int)$data['courseid'],
            'contextid' => (int)$data['contextid'],
            'objecttable' => $data['objecttable'],
            'objectid' => $data['objectid'] === null ? null : (int)$data['objectid'],
            'other' => self::other($data['other']),
            'origin' => CLI_SCRIPT ? 'cli' : (WS_SERVER ? 'ws' : 'web'),
            'ip' => CLI_SCRIPT ? null : getremoteaddr(null),
            'timecreated' => (int)$data['timecreated'],
        ]);
        self::send_when_page_is_out();
    }

    /**
     * Why what this session does is not its user's own act.
     *
     * @return string|null one of outbox::PRETENDED; null: it is
     */
    private static function pretended(): ?string {
        global $USER;
        return match (true) {
            \core\session\manager::is_loggedinas() => 'loginas',
            !empty($USER->access['rsw']) => 'roleswitch',
            default => null,
        };
    }

    /**
     * The few values of an event's `other` that are needed.
     *
     * @param mixed $other
     * @return string|null JSON
     */
    private static function other($other): ?string {
        if (!is_array($other)) {
            return null;
        }
        $kept = array_filter(array_intersect_key($other, array_flip(self::OTHER)), 'is_scalar');
        return $kept === [] ? null : json_encode($kept);
    }

    /**
     * Where the administrator wants it and PHP can finish the answer first, sends right after the page instead of a minute later.
     */
    private static function send_when_page_is_out(): void {
        if (self::$sends || CLI_SCRIPT || !function_exists('fastcgi_finish_request')) {
            return;
        }
        self::$sends = true;
        if (get_config('local_rocket', 'sendafterpage')) {
            \core_shutdown_manager::register_function([sender::class, 'run_after_page']);
        }
    }
}

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

namespace local_rocket\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;
use local_rocket\lifecycle;
use local_rocket\lifecycle_records;
use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * What is kept of people, here and in the sidecar: said, exported, deleted.
 *
 * All of it belongs to the person's own context. What the sidecar keeps cannot be seen from this database, whose rows are
 * cleared away after some days: so everybody is taken for somebody of whom something may be kept.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class provider implements
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\plugin\provider,
    \core_privacy\local\request\user_preference_provider {
    /** @var float seconds that an export may take */
    private const PATIENCE = 60.0;

    #[\Override]
    public static function get_metadata(collection $collection): collection {
        return metadata::add_to($collection);
    }

    #[\Override]
    public static function get_contexts_for_userid(int $userid): contextlist {
        return (new contextlist())->add_user_context($userid);
    }

    #[\Override]
    public static function get_users_in_context(userlist $userlist) {
        $context = $userlist->get_context();
        if ($context instanceof \context_user) {
            $userlist->add_user($context->instanceid);
        }
    }

    #[\Override]
    public static function export_user_data(approved_contextlist $contextlist) {
        $userid = (int)$contextlist->get_user()->id;
        foreach ($contextlist->get_contexts() as $context) {
            if (self::is_of($context, $userid)) {
                self::export($userid, writer::with_context($context));
            }
        }
    }

    #[\Override]
    public static function export_user_preferences(int $userid) {
        foreach (lifecycle_records::PREFERENCES as $name) {
            $value = get_user_preferences($name, null, $userid);
            if ($value !== null) {
                $description = get_string('privacy:metadata:preference:' . $name, 'local_rocket');
                writer::export_user_preference('local_rocket', $name, $value, $description);
            }
        }
    }

    #[\Override]
    public static function delete_data_for_all_users_in_context(\context $context) {
        if ($context instanceof \context_user) {
            self::erase([(int)$context->instanceid]);
        }
    }

    #[\Override]
    public static function delete_data_for_user(approved_contextlist $contextlist) {
        $userid = (int)$contextlist->get_user()->id;
        foreach ($contextlist->get_contexts() as $context) {
            if (self::is_of($context, $userid)) {
                self::erase([$userid]);
            }
        }
    }

    #[\Override]
    public static function delete_data_for_users(approved_userlist $userlist) {
        self::erase(array_filter(
            array_map('intval', $userlist->get_userids()),
            fn($userid) => self::is_of($userlist->get_context(), $userid)
        ));
    }

    /**
     * Erases people. What the sidecar refuses is said to whoever asked: Moodle tells its data-protection officers of the
     * exception, and the task's log has it. One whom it does not know yet is queued, and no exception.
     *
     * @param int[] $userids
     * @throws \moodle_exception
     */
    private static function erase(array $userids): void {
        $refused = array_filter(array_map([lifecycle::class, 'erase'], $userids));
        if ($refused !== []) {
            throw new \moodle_exception('privacy:notdeleted', 'local_rocket', '', implode(' ', array_unique($refused)));
        }
    }

    /**
     * Whether a context is somebody's own.
     *
     * @param \context $context
     * @param int $userid
     * @return bool
     */
    private static function is_of(\context $context, int $userid): bool {
        return $context instanceof \context_user && (int)$context->instanceid === $userid;
    }

    /**
     * Exports all of it, or nothing.
     *
     * @param int $userid
     * @param \core_privacy\local\request\content_writer $writer
     * @throws away
     * @throws refused
     */
    private static function export(int $userid, \core_privacy\local\request\content_writer $writer): void {
        $name = get_string('pluginname', 'local_rocket');
        try {
            $outside = self::from_sidecar($userid);
        } catch (away | refused $e) {
            // Moodle tells its data-protection officers of the exception; whoever opens the file has to know as well.
            $writer->export_data([$name], (object)['missing' => get_string('privacy:missing', 'local_rocket')]);
            throw $e;
        }
        foreach (kept_here::of($userid) as $table => $rows) {
            $writer->export_data([$name, get_string('privacy:path:' . $table, 'local_rocket')], (object)[$table => $rows]);
        }
        if ($outside !== null) {
            $writer->export_data([$name, get_string('privacy:path:sidecar', 'local_rocket')], (object)$outside);
        }
    }

    /**
     * What the sidecar keeps.
     *
     * @param int $userid
     * @return array|null null: this site never had a sidecar
     * @throws away
     * @throws refused
     */
    private static function from_sidecar(int $userid): ?array {
        if (!lifecycle::has_sidecar()) {
            return null;
        }
        $client = client::configured()->within(self::PATIENCE);
        return $client->get('/api/learners/' . $userid . '/export', [], 'privacy');
    }
}

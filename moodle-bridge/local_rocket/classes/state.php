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

/**
 * Small values that all web nodes and cron runs share. Not plugin configuration, whose every change empties a cache.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class state {
    /** @var string */
    private const TABLE = 'local_rocket_state';

    /**
     * What is kept under a name.
     *
     * @param string $name
     * @return array|null null: nothing
     */
    public static function get(string $name): ?array {
        global $DB;
        $value = $DB->get_field(self::TABLE, 'value', ['name' => $name]);
        return $value === false ? null : json_decode($value, true);
    }

    /**
     * Keeps something under a name.
     *
     * @param string $name
     * @param array $value
     */
    public static function set(string $name, array $value): void {
        global $DB;
        $changes = ['value' => json_encode($value), 'timemodified' => time()];
        $id = $DB->get_field(self::TABLE, 'id', ['name' => $name]);
        if ($id) {
            $DB->update_record(self::TABLE, ['id' => $id] + $changes);
            return;
        }
        try {
            $DB->insert_record(self::TABLE, ['name' => $name] + $changes);
        } catch (\dml_write_exception $e) {
            // Somebody else was first.
            $DB->set_field(self::TABLE, 'value', $changes['value'], ['name' => $name]);
        }
    }

    /**
     * Puts a value in place of another, unless somebody else has changed it meanwhile.
     *
     * @param string $name
     * @param array $before what was read
     * @param array $after
     * @return bool whether this call was the one
     */
    public static function replace(string $name, array $before, array $after): bool {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        $compare = $DB->sql_compare_text('value', 1000);
        $where = "name = :name AND $compare = " . $DB->sql_compare_text(':old', 1000);
        $params = ['name' => $name, 'old' => json_encode($before)];
        $mine = json_encode(['turn' => random_string(10)] + $after);
        $DB->set_field_select(self::TABLE, 'value', $mine, $where, $params);
        $won = $DB->get_field(self::TABLE, 'value', ['name' => $name]) === $mine;
        $transaction->allow_commit();
        return $won;
    }
}

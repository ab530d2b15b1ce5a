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

/**
 * Upgrade steps.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Brings the tables of an older version up to this one.
 *
 * @param int $oldversion the version that is installed
 * @return bool
 */
function xmldb_local_rocket_upgrade($oldversion) {
    global $DB;
    if ($oldversion < 2026112403) {
        local_rocket_upgrade_ledger($DB->get_manager());
        upgrade_plugin_savepoint(true, 2026112403, 'local', 'rocket');
    }
    return true;
}

/**
 * Checkpoints that are proven, what was found against them, and receipts.
 *
 * @param database_manager $manager
 */
function local_rocket_upgrade_ledger(database_manager $manager): void {
    global $DB;
    $table = new xmldb_table('local_rocket_checkpoint');
    if (!$manager->field_exists($table, 'origin')) {
        // Those of before were proven by nothing.
        $DB->delete_records('local_rocket_checkpoint');
        $manager->drop_index($table, new xmldb_index('size', XMLDB_INDEX_NOTUNIQUE, ['size']));
        $manager->add_field($table, new xmldb_field('origin', XMLDB_TYPE_CHAR, '255', null, XMLDB_NOTNULL, null, null, 'id'));
        $manager->add_field($table, new xmldb_field('fromsize', XMLDB_TYPE_INTEGER, '18', null, null, null, null, 'note'));
        $manager->add_field($table, new xmldb_field('proof', XMLDB_TYPE_TEXT, null, null, null, null, null, 'fromsize'));
        $manager->add_index($table, new xmldb_index('origin', XMLDB_INDEX_NOTUNIQUE, ['origin']));
    }

    $table = new xmldb_table('local_rocket_alarm');
    $table->add_field('id', XMLDB_TYPE_INTEGER, '10', null, XMLDB_NOTNULL, XMLDB_SEQUENCE);
    $table->add_field('kind', XMLDB_TYPE_CHAR, '20', null, XMLDB_NOTNULL);
    $table->add_field('origin', XMLDB_TYPE_CHAR, '255', null, XMLDB_NOTNULL);
    foreach (['kept', 'shown', 'detail'] as $name) {
        $table->add_field($name, XMLDB_TYPE_TEXT, null, null, XMLDB_NOTNULL);
    }
    foreach (['times', 'timecreated', 'timelast'] as $name) {
        $table->add_field($name, XMLDB_TYPE_INTEGER, '10', null, XMLDB_NOTNULL);
    }
    $table->add_field('timeclosed', XMLDB_TYPE_INTEGER, '10');
    $table->add_field('closedby', XMLDB_TYPE_INTEGER, '10');
    $table->add_field('reason', XMLDB_TYPE_TEXT);
    $table->add_key('primary', XMLDB_KEY_PRIMARY, ['id']);
    $table->add_index('timeclosed', XMLDB_INDEX_NOTUNIQUE, ['timeclosed']);
    if (!$manager->table_exists($table)) {
        $manager->create_table($table);
    }

    $table = new xmldb_table('local_rocket_receipt');
    $table->add_field('id', XMLDB_TYPE_INTEGER, '10', null, XMLDB_NOTNULL, XMLDB_SEQUENCE);
    $table->add_field('redemption', XMLDB_TYPE_CHAR, '64', null, XMLDB_NOTNULL);
    $table->add_field('userid', XMLDB_TYPE_INTEGER, '10', null, XMLDB_NOTNULL);
    $table->add_field('receipt', XMLDB_TYPE_TEXT, null, null, XMLDB_NOTNULL);
    $table->add_field('timemodified', XMLDB_TYPE_INTEGER, '10', null, XMLDB_NOTNULL);
    $table->add_key('primary', XMLDB_KEY_PRIMARY, ['id']);
    $table->add_key('userid', XMLDB_KEY_FOREIGN, ['userid'], 'user', ['id']);
    $table->add_index('redemption', XMLDB_INDEX_UNIQUE, ['redemption']);
    $table->add_index('timemodified', XMLDB_INDEX_NOTUNIQUE, ['timemodified']);
    if (!$manager->table_exists($table)) {
        $manager->create_table($table);
    }
}

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

namespace local_rocket\admin;

use local_rocket\sidecar\away;
use local_rocket\sidecar\pairing;
use local_rocket\sidecar\refused;
use local_rocket\state;
use local_rocket\task\send;

/**
 * How this site and the sidecar stand to each other: for this web node, asked now, and for cron, from its last run. What is
 * wrong comes with what to do about it.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class connection {
    /** @var int seconds by which the clocks may differ: beyond it, the sidecar takes signatures for those of another time */
    private const SKEW = 30;

    /** @var int milliseconds for an answer beyond which learners' pages feel it */
    private const SLOW = 500;

    /** @var array|null what the sidecar reported; null: it did not */
    public readonly ?array $report;

    /** @var away|refused|null why it did not */
    public readonly away|refused|null $failure;

    /**
     * Asks the sidecar.
     */
    public function __construct() {
        $report = null;
        $failure = null;
        try {
            $report = pairing::report();
        } catch (away | refused $e) {
            $failure = $e;
        }
        $this->report = $report;
        $this->failure = $failure;
    }

    /**
     * Whether the secret stands in config.php.
     *
     * @return bool
     */
    public static function secret_in_config(): bool {
        global $CFG;
        return isset($CFG->forced_plugin_settings['local_rocket']['secret']);
    }

    /**
     * What is known of the connection.
     *
     * @return array<string, string> plain text by label
     */
    public function facts(): array {
        $facts = [
            'address' => (string)get_config('local_rocket', 'address'),
            'source' => (string)get_config('local_rocket', 'source'),
            'secret' => $this->secret(),
            'version' => (string)($this->report['version'] ?? ''),
            'bridge' => self::release(),
            'rules' => (string)($this->report['rules'] ?? ''),
            'latency' => $this->report === null ? '' : get_string('connection_ms', 'local_rocket', $this->report['latency']),
            'skew' => $this->report === null ? '' : get_string('connection_seconds', 'local_rocket', $this->report['skew']),
            'node' => (string)gethostname(),
            'cron' => self::when((int)get_config('tool_task', 'lastcronstart')),
            'sender' => self::when((int)self::task()->get_last_run_time()),
        ];
        $labelled = [];
        foreach (array_filter($facts, fn($value) => $value !== '') as $name => $value) {
            $labelled[get_string("connection_$name", 'local_rocket')] = $value;
        }
        return $labelled;
    }

    /**
     * What stands in the way on this web node, and what to do about it.
     *
     * @return array|null problem, advice; null: nothing
     */
    public function problem(): ?array {
        if ($this->failure === null) {
            return null;
        }
        $code = $this->failure instanceof away ? $this->failure->reason
            : ($this->failure->status === 401 ? 'unauthorized' : 'refused');
        return ['problem' => $this->failure->getMessage(), 'advice' => get_string("advice_$code", 'local_rocket')];
    }

    /**
     * What works, but not as it should.
     *
     * @return string[]
     */
    public function warnings(): array {
        $warnings = [];
        if ($this->report !== null) {
            if (abs($this->report['skew']) > self::SKEW) {
                $warnings[] = get_string('warn_skew', 'local_rocket', $this->report['skew']);
            }
            if ($this->report['latency'] > self::SLOW) {
                $warnings[] = get_string('warn_latency', 'local_rocket', $this->report['latency']);
            }
            if (version_compare(self::release(), $this->report['min_bridge'], '<')) {
                $warnings[] = get_string('warn_oldbridge', 'local_rocket', $this->report['min_bridge']);
            }
        }
        $cron = $this->cron_problem();
        return $cron === null ? $warnings : [...$warnings, $cron];
    }

    /**
     * What is wrong with sending in the background.
     *
     * @return string|null
     */
    private function cron_problem(): ?string {
        if ($this->failure instanceof away && $this->failure->reason === 'notpaired') {
            return null;
        }
        $task = self::task();
        $ran = (int)$task->get_last_run_time();
        $stopped = state::get('sender')['stopped'] ?? null;
        return match (true) {
            (bool)get_config('local_rocket', 'paused') => get_string('away_paused', 'local_rocket'),
            $task->get_disabled() => get_string('senddisabled', 'local_rocket'),
            $ran === 0 => get_string('sendnever', 'local_rocket'),
            $ran < time() - queue::MISSED => get_string('sendmissed', 'local_rocket', userdate($ran)),
            $stopped !== null => get_string('warn_cron', 'local_rocket', $stopped),
            default => null,
        };
    }

    /**
     * The task that sends each minute.
     *
     * @return \core\task\scheduled_task
     */
    private static function task(): \core\task\scheduled_task {
        return \core\task\manager::get_scheduled_task(send::class);
    }

    /**
     * The version of this plugin.
     *
     * @return string
     */
    private static function release(): string {
        return (string)\core_plugin_manager::instance()->get_plugin_info('local_rocket')->release;
    }

    /**
     * Where the secret is kept.
     *
     * @return string
     */
    private function secret(): string {
        if (!get_config('local_rocket', 'secret')) {
            return '';
        }
        return get_string(self::secret_in_config() ? 'connection_inconfig' : 'connection_indatabase', 'local_rocket');
    }

    /**
     * A moment, and how long ago that is.
     *
     * @param int $time epoch seconds; 0: never
     * @return string
     */
    private static function when(int $time): string {
        if ($time === 0) {
            return get_string('never');
        }
        $ago = format_time(max(1, time() - $time));
        return get_string('whenago', 'local_rocket', [
            'when' => userdate($time, get_string('strftimedatetimeshort', 'langconfig')),
            'ago' => $ago,
        ]);
    }
}

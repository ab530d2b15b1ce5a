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

use local_rocket\sidecar\away;
use local_rocket\sidecar\client;
use local_rocket\sidecar\refused;

/**
 * Tells the sidecar what became of accounts, in the order in which it became known: an account is merged before it is erased.
 *
 * @package   local_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class request_sender {
    /** @var string[] the last part of the address, by kind */
    private const ACTS = [
        request::FREEZE => 'freeze',
        request::UNFREEZE => 'unfreeze',
        request::ERASE => 'erase',
        request::ERASE_DELETED => 'erase',
        request::MERGE => 'merge',
    ];

    /** @var string[] what the ledger keeps as the reason, by kind: read by auditors, in English like the ledger */
    private const REASONS = [
        request::FREEZE => 'account deleted in Moodle',
        request::UNFREEZE => 'account restored in Moodle',
        request::ERASE => 'erasure asked for in Moodle',
        request::ERASE_DELETED => 'account deleted in Moodle',
        request::MERGE => 'accounts merged in Moodle',
    ];

    /** @var int[] refusals that are about the connection, not the request: pairing, scope, a sidecar too old for it */
    private const OF_THE_CONNECTION = [401, 403, 404, 405];

    /**
     * Takes how long one call may take.
     *
     * @param float $patience seconds
     */
    public function __construct(
        /** @var float seconds that one call may take */
        private readonly float $patience = 15.0
    ) {
    }

    /**
     * Tells what is due.
     *
     * @param int|null $userid only about this account; null: about all
     * @param int|null $until epoch seconds, to stop then; null: when all is told
     * @return array done (how many), stopped (why it went no further; null: it is through)
     */
    public function run(?int $userid = null, ?int $until = null): array {
        $done = 0;
        // Accounts of which something earlier is not told yet: what came later waits for it.
        $waiting = [];
        foreach (request::waiting() as $request) {
            $involved = array_fill_keys(array_filter([(int)$request->userid, (int)$request->otherid]), true);
            if ($until !== null && time() >= $until) {
                return ['done' => $done, 'stopped' => get_string('lifecycletime', 'local_rocket')];
            }
            $meant = $userid === null || isset($involved[$userid]);
            if (!$meant || $request->timedue > time() || array_intersect_key($involved, $waiting)) {
                $waiting += $involved;
                continue;
            }
            try {
                if ($this->carry_out($request)) {
                    $done++;
                } else {
                    $waiting += $involved;
                }
            } catch (away | refused $e) {
                return ['done' => $done, 'stopped' => $e->getMessage()];
            }
        }
        return ['done' => $done, 'stopped' => null];
    }

    /**
     * Does what one request wants.
     *
     * @param \stdClass $request
     * @return bool whether nothing is left to do about it
     * @throws away
     * @throws refused where it is about the connection
     */
    private function carry_out(\stdClass $request): bool {
        if ($request->kind === request::ERASE_DELETED && lifecycle::exists($request->userid)) {
            // Somebody brought the account back.
            request::change([$request->id], ['status' => request::CANCELLED]);
            request::add(request::UNFREEZE, $request->userid, time());
            return true;
        }
        // Rows may have come since.
        $free = match ($request->kind) {
            request::ERASE, request::ERASE_DELETED => lifecycle_records::forget($request->userid),
            request::MERGE => lifecycle_records::merge($request->userid, $request->otherid),
            default => time(),
        };
        if ($free > time()) {
            request::change([$request->id], ['timedue' => $free]);
            return false;
        }
        return $this->tell($request);
    }

    /**
     * Tells the sidecar.
     *
     * @param \stdClass $request
     * @return bool whether nothing is left to do about it
     * @throws away
     * @throws refused where it is about the connection
     */
    private function tell(\stdClass $request): bool {
        try {
            $answer = lifecycle::has_sidecar() ? $this->ask($request) : [];
        } catch (away $e) {
            // Where nobody was asked, it was no attempt.
            if (!in_array($e->reason, ['waiting', 'notpaired'])) {
                request::retry($request, $e->getMessage(), $e->retryafter);
            }
            throw $e;
        } catch (refused $e) {
            if (in_array($e->status, self::OF_THE_CONNECTION)) {
                request::retry($request, $e->getMessage(), null);
                throw $e;
            }
            request::change([$request->id], ['status' => request::FAILED, 'reason' => $e->getMessage()]);
            return true;
        }
        $stays = $answer['merged_into'] ?? null;
        if ($request->kind === request::ERASE && $stays !== null) {
            // Whether all that the other account has is to go as well is not for a program to say.
            $reason = get_string('request_merged', 'local_rocket', $stays);
            request::change([$request->id], ['status' => request::FAILED, 'reason' => $reason]);
            return true;
        }
        request::change([$request->id], ['status' => request::DONE, 'reason' => null]);
        if (self::ACTS[$request->kind] === 'erase') {
            request::forget($request);
        }
        return true;
    }

    /**
     * Asks the sidecar for it.
     *
     * @param \stdClass $request
     * @return array its answer
     * @throws away
     * @throws refused
     */
    private function ask(\stdClass $request): array {
        $body = ['reason' => self::REASONS[$request->kind]];
        if ($request->kind === request::MERGE) {
            $body['into'] = (string)$request->otherid;
        }
        $path = '/api/learners/' . (int)$request->userid . '/' . self::ACTS[$request->kind];
        return client::configured()->within($this->patience)->post($path, $body, 'privacy');
    }
}

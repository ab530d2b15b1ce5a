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

namespace block_rocket\output;

use local_rocket\account;
use local_rocket\output\account_view;
use local_rocket\output\redeem_view;
use local_rocket\output\redemption_view;
use local_rocket\output\redemptions_view;

/**
 * What the mobile app shows. Templates are the same for everybody; what is shown goes beside them as data, so that no name
 * somebody gave a quiz or a reward is ever compiled by the app.
 *
 * @package   block_rocket
 * @copyright 2026 Rocket contributors
 * @license   http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class mobile {
    /**
     * The block.
     *
     * @param array $args none that count: it is always the session's own account
     * @return array
     */
    public static function mobile_block_view(array $args): array {
        $account = account::of_current_user();
        // The app has no script of ours that would ask again behind the page.
        $shown = (new account_view($account, $account->state(true)))->shown();
        if ($shown['known']) {
            $shown['stands'] = get_string($shown['away'] ? 'awaysince' : 'asof', 'local_rocket', $shown['asof']);
        }
        return self::page('mobile_block', ['account' => $shown]);
    }

    /**
     * The question before a redemption. Its idempotency key is made here, as it is drawn.
     *
     * @param array $args reward, cost
     * @return array
     */
    public static function mobile_redeem(array $args): array {
        $account = account::of_current_user();
        require_capability('local/rocket:redeem', \context_system::instance());
        $reward = clean_param($args['reward'] ?? '', PARAM_ALPHANUMEXT);
        $cost = isset($args['cost']) ? clean_param($args['cost'], PARAM_INT) : null;
        $shown = (new account_view($account, $account->state(true), false))->shown();
        $asked = (new redeem_view($shown, $reward, $cost))->shown();
        return self::page('mobile_redeem', ['asked' => $asked]);
    }

    /**
     * What was redeemed.
     *
     * @param array $args none that count
     * @return array
     */
    public static function mobile_redemptions(array $args): array {
        $shown = (new redemptions_view(account::of_current_user()->redemptions()))->shown();
        return self::page('mobile_redemptions', ['mine' => $shown]);
    }

    /**
     * One redemption: its token or code, how to use it, the receipt.
     *
     * @param array $args redemption
     * @return array
     */
    public static function mobile_redemption(array $args): array {
        $id = clean_param($args['redemption'] ?? '', PARAM_ALPHANUMEXT);
        $redemption = account::of_current_user()->redemption($id);
        if ($redemption === null) {
            throw new \moodle_exception('nosuchredemption', 'local_rocket');
        }
        return self::page('mobile_redemption', ['one' => (new redemption_view($redemption))->shown()]);
    }

    /**
     * A page of the app.
     *
     * @param string $template
     * @param array $data what the template reads, by name
     * @return array
     */
    private static function page(string $template, array $data): array {
        global $OUTPUT;
        return [
            'templates' => [['id' => 'main', 'html' => $OUTPUT->render_from_template("block_rocket/$template", [])]],
            'otherdata' => array_map('json_encode', $data),
        ];
    }
}

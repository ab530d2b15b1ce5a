<?php
// Makes and uses a small world in an installed Moodle, through Moodle's own APIs and generators:
//   php world.php DIRROOT pairing [JSON]|setup|act WORLD|say USER TEXT|grade ATTEMPT|views USER N|send [die-after-ms]|leases|
//       state|ledger|forge|rotate|forget USER|teardown
// Answers with JSON on the last line.
define('CLI_SCRIPT', true);
[, $dirroot, $command] = $argv;
require($dirroot . '/config.php');
require_once($CFG->libdir . '/clilib.php');
require_once($CFG->libdir . '/testing/generator/lib.php');
require_once($CFG->libdir . '/completionlib.php');
require_once($CFG->libdir . '/badgeslib.php');
require_once($CFG->libdir . '/questionlib.php');
require_once($CFG->libdir . '/blocklib.php');
require_once($CFG->dirroot . '/course/lib.php');
require_once($CFG->dirroot . '/user/lib.php');
require_once($CFG->dirroot . '/mod/quiz/locallib.php');
require_once($CFG->dirroot . '/mod/assign/locallib.php');
require_once($CFG->dirroot . '/mod/forum/lib.php');

use mod_quiz\quiz_attempt;
use mod_quiz\quiz_settings;

const COURSE = 'ROCKETTEST';
/** The people of this world, and the role of each in its course. */
const PEOPLE = ['tess' => 'editingteacher', 'ann' => 'student', 'ben' => 'student', 'cara' => 'student', 'till' => null];
\core\session\manager::set_user(get_admin());
$gen = new testing_data_generator();

/** The user of a name in this world. */
function person(string $name): stdClass {
    global $DB;
    return $DB->get_record('user', ['username' => "rockettest_$name", 'deleted' => 0], '*', MUST_EXIST);
}

/** A question, saved as its own form would. */
function question(stdClass $category, context $context, string $type, array $more): stdClass {
    global $USER;
    $html = fn($text) => ['text' => $text, 'format' => FORMAT_HTML];
    $form = (object)($more + [
        'category' => "$category->id,$context->id", 'name' => 'Question', 'questiontext' => $html('Is it so?'),
        'generalfeedback' => $html(''), 'defaultmark' => 1, 'penalty' => 1, 'status' => 'ready', 'idnumber' => null,
        'showstandardinstruction' => 0,
    ]);
    $new = (object)['qtype' => $type, 'category' => $category->id, 'createdby' => $USER->id, 'idnumber' => null];
    return question_bank::get_qtype($type)->save_question($new, $form);
}

/** A quiz whose questions have these marks. */
function quiz(testing_data_generator $gen, stdClass $course, string $name, array $questions): stdClass {
    global $DB;
    $quiz = $gen->create_module('quiz', ['course' => $course->id, 'name' => $name, 'grade' => 100.0, 'attempts' => 0]);
    $context = context_module::instance($quiz->cmid);
    $category = $gen->get_plugin_generator('core_question')->create_question_category(['contextid' => $context->id]);
    foreach ($questions as $slot => [$type, $mark, $more]) {
        $question = question($category, $context, $type, $more);
        quiz_add_quiz_question($question->id, $DB->get_record('quiz', ['id' => $quiz->id]), $slot + 1, $mark);
    }
    quiz_settings::create($quiz->id)->get_grade_calculator()->recompute_quiz_sumgrades();
    return $quiz;
}

/** An attempt, from start to hand-in. */
function attempt(int $quizid, stdClass $user, array $responses): quiz_attempt {
    \core\session\manager::set_user($user);
    $attempt = quiz_prepare_and_start_new_attempt(quiz_settings::create($quizid, $user->id), 1, null);
    quiz_attempt::create($attempt->id)->process_submitted_actions(time(), false, $responses);
    $done = quiz_attempt::create($attempt->id);
    if (method_exists($done, 'process_submit')) {
        // Moodle 5.0 and later: handed in first, graded then.
        $done->process_submit(time(), false);
        $done->process_grade_submission(time());
    } else {
        $done->process_finish(time(), false);
    }
    return quiz_attempt::create($attempt->id);
}

/** A post, as the forum's page makes it. */
function post(stdClass $forum, stdClass $discussion, stdClass $user, string $message): void {
    \core\session\manager::set_user($user);
    $id = forum_add_new_post((object)[
        'course' => $forum->course, 'forum' => $forum->id, 'discussion' => $discussion->id, 'parent' => $discussion->firstpost,
        'userid' => $user->id, 'subject' => 'Re', 'message' => $message, 'messageformat' => FORMAT_HTML, 'messagetrust' => 0,
        'itemid' => 0, 'attachments' => 0, 'isprivatereply' => false, 'mailnow' => 0,
    ], null);
    $other = ['discussionid' => $discussion->id, 'forumid' => $forum->id, 'forumtype' => 'general'];
    \mod_forum\event\post_created::create([
        'context' => context_module::instance($forum->cmid), 'objectid' => $id, 'other' => $other,
    ])->trigger();
}

/** Takes the world away again. */
function teardown(): void {
    global $DB;
    if ($course = $DB->get_record('course', ['shortname' => COURSE])) {
        delete_course($course, false);
    }
    foreach (array_keys(PEOPLE) as $name) {
        if ($user = $DB->get_record('user', ['username' => "rockettest_$name", 'deleted' => 0])) {
            user_delete_user($user);
        }
    }
}

switch ($command) {
    case 'setup':
        ob_start();
        teardown();
        set_config('enablecompletion', 1);
        set_config('enablebadges', 1);
        $course = $gen->create_course([
            'fullname' => 'Rocket test', 'shortname' => COURSE, 'idnumber' => COURSE, 'enablecompletion' => 1, 'enddate' => 0,
        ]);
        // Nobody else is to know it: one of them may do everything.
        $password = 'Rt.1' . random_string(20);
        foreach (PEOPLE as $name => $role) {
            $user = $gen->create_user([
                'username' => "rockettest_$name", 'firstname' => ucfirst($name), 'lastname' => 'Rocket',
                'password' => $password, 'email' => "rockettest_$name@example.com",
            ]);
            if ($role !== null) {
                $gen->enrol_user($user->id, $course->id, $role);
            }
        }
        role_assign($DB->get_field('role', 'id', ['shortname' => 'manager']), person('till')->id, SYSCONTEXTID);
        $truefalse = ['correctanswer' => 1, 'feedbacktrue' => ['text' => '', 'format' => 1], 'feedbackfalse' => ['text' => '', 'format' => 1]];
        $essay = [
            'responseformat' => 'editor', 'responserequired' => 1, 'responsefieldlines' => 10, 'attachments' => 0,
            'attachmentsrequired' => 0, 'graderinfo' => ['text' => '', 'format' => 1], 'responsetemplate' => ['text' => '', 'format' => 1],
            'minwordlimit' => null, 'maxwordlimit' => null, 'maxbytes' => 0, 'filetypeslist' => '',
        ];
        $marks = fn($mark) => ['truefalse', $mark, $truefalse];
        $quiz = quiz($gen, $course, 'Marks', [$marks(60), $marks(25), $marks(15)]);
        $written = quiz($gen, $course, 'Essay', [['essay', 10, $essay]]);
        $forum = $gen->create_module('forum', ['course' => $course->id, 'name' => 'Talk', 'type' => 'general']);
        $assign = $gen->create_module('assign', [
            'course' => $course->id, 'name' => 'Work', 'assignsubmission_onlinetext_enabled' => 1, 'submissiondrafts' => 0,
        ]);
        $page = $gen->create_module('page', [
            'course' => $course->id, 'name' => 'Read', 'completion' => COMPLETION_TRACKING_MANUAL,
        ]);
        $gen->get_plugin_generator('mod_forum')->create_discussion([
            'course' => $course->id, 'forum' => $forum->id, 'userid' => person('tess')->id,
        ]);
        $badge = $gen->get_plugin_generator('core_badges')->create_badge([
            'name' => 'Rocket badge', 'type' => BADGE_TYPE_COURSE, 'courseid' => $course->id, 'notification' => 0,
            'status' => BADGE_STATUS_ACTIVE, 'image' => 'badges/tests/behat/badge.png',
        ]);
        $PAGE->set_course($course);
        $PAGE->set_context(context_course::instance($course->id));
        $PAGE->set_pagelayout('course');
        $PAGE->set_pagetype('course-view-topics');
        $PAGE->blocks->load_blocks();
        $PAGE->blocks->add_block('rocket', 'side-pre', 0, false, 'course-view-*');
        ob_end_clean();
        $names = array_keys(PEOPLE);
        $people = array_map(fn($name) => (int)person($name)->id, array_combine($names, $names));
        echo json_encode([
            'wwwroot' => $CFG->wwwroot, 'release' => $CFG->release, 'course' => (int)$course->id, 'users' => $people,
            'password' => $password, 'quiz' => (int)$quiz->id, 'essay' => (int)$written->id, 'page' => (int)$page->cmid,
            'forum' => (int)$forum->id, 'assign' => (int)$assign->cmid, 'badge' => (int)$badge->id,
        ]), "\n";
        break;

    case 'act':
        ob_start();
        $world = json_decode($argv[3], true);
        $ann = person('ann');
        $right = ['answer' => 1];
        $wrong = ['answer' => 0];
        attempt($world['quiz'], $ann, [1 => $right, 2 => $right, 3 => $wrong]);
        attempt($world['quiz'], person('ben'), [1 => $right, 2 => $wrong, 3 => $wrong]);
        $essay = attempt($world['essay'], $ann, [1 => ['answer' => '<p>Because.</p>', 'answerformat' => FORMAT_HTML]]);
        $forum = $DB->get_record('forum', ['id' => $world['forum']]);
        $forum->cmid = get_coursemodule_from_instance('forum', $forum->id)->id;
        $discussion = $DB->get_record('forum_discussions', ['forum' => $forum->id]);
        post($forum, $discussion, $ann, '<p>&nbsp;</p>');
        post($forum, $discussion, $ann, '<p>The second law settles this nicely.</p>');
        post($forum, $discussion, person('tess'), '<p>Exactly so, and the first law explains the rest.</p>');
        \core\session\manager::set_user($ann);
        $assign = new assign(context_module::instance($world['assign']), null, null);
        $notices = [];
        $text = ['text' => 'My work on the second law', 'format' => FORMAT_HTML, 'itemid' => file_get_unused_draft_itemid()];
        $assign->save_submission((object)['userid' => $ann->id, 'onlinetext_editor' => $text], $notices);
        $course = get_course($world['course']);
        foreach ([COMPLETION_COMPLETE, COMPLETION_INCOMPLETE, COMPLETION_COMPLETE] as $state) {
            (new completion_info($course))->update_state(get_fast_modinfo($course)->get_cm($world['page']), $state, $ann->id);
        }
        \core\session\manager::set_user(get_admin());
        (new badge($world['badge']))->issue($ann->id, true);
        ob_end_clean();
        echo json_encode(['essayattempt' => (int)$essay->get_attemptid()]), "\n";
        break;

    case 'say':
        ob_start();
        $course = $DB->get_record('course', ['shortname' => COURSE], '*', MUST_EXIST);
        $forum = $DB->get_record('forum', ['course' => $course->id, 'type' => 'general'], '*', MUST_EXIST);
        $forum->cmid = get_coursemodule_from_instance('forum', $forum->id)->id;
        post($forum, $DB->get_record('forum_discussions', ['forum' => $forum->id]), person($argv[3]), "<p>$argv[4]</p>");
        ob_end_clean();
        echo json_encode(true), "\n";
        break;

    case 'grade':
        // The essay is graded by hand, as the page for it does.
        ob_start();
        \core\session\manager::set_user(person('tess'));
        $attempt = quiz_attempt::create((int)$argv[3]);
        $usage = question_engine::load_questions_usage_by_activity($attempt->get_uniqueid());
        $usage->manual_grade(1, 'Good', 9, FORMAT_HTML);
        question_engine::save_questions_usage_by_activity($usage);
        $DB->set_field('quiz_attempts', 'sumgrades', $usage->get_total_mark(), ['id' => $attempt->get_attemptid()]);
        $attempt->get_quizobj()->get_grade_calculator()->recompute_final_grade($attempt->get_userid());
        \mod_quiz\event\question_manually_graded::create([
            'objectid' => $usage->get_question(1)->id, 'courseid' => $attempt->get_courseid(),
            'context' => $attempt->get_quizobj()->get_context(),
            'other' => ['quizid' => $attempt->get_quizid(), 'attemptid' => $attempt->get_attemptid(), 'slot' => 1],
        ])->trigger();
        ob_end_clean();
        echo json_encode(true), "\n";
        break;

    case 'views':
        $user = person($argv[3]);
        $course = $DB->get_record('course', ['shortname' => COURSE], '*', MUST_EXIST);
        for ($i = 0; $i < (int)$argv[4]; $i++) {
            $context = context_course::instance($course->id);
            \core\event\course_viewed::create(['context' => $context, 'userid' => $user->id])->trigger();
        }
        echo json_encode(true), "\n";
        break;

    case 'send':
        // Without the lock of the scheduled task, so that several really run at once; perhaps killed in the middle.
        if (isset($argv[3]) && pcntl_fork() === 0) {
            usleep((int)$argv[3] * 1000);
            posix_kill(posix_getppid(), SIGKILL);
            posix_kill(posix_getpid(), SIGKILL);
        }
        echo json_encode((new \local_rocket\sender())->run(time() + 50)), "\n";
        break;

    case 'leases':
        // Minutes later: the leases of who was killed have run out, and so has the wait for a sidecar that was away.
        $DB->set_field_select('local_rocket_outbox', 'timelease', 0, 'status < 2');
        \local_rocket\sidecar\breaker::reset();
        echo json_encode(true), "\n";
        break;

    case 'state':
        [$in, $params] = $DB->get_in_or_equal(array_map(fn($name) => person($name)->id, array_keys(PEOPLE)));
        $sql = "SELECT status, COUNT(*) FROM {local_rocket_outbox} WHERE userid $in GROUP BY status";
        echo json_encode(array_map('intval', $DB->get_records_sql_menu($sql, $params)) ?: new stdClass()), "\n";
        break;

    case 'rotate':
        \local_rocket\sidecar\pairing::rotate();
        echo json_encode(explode(':', get_config('local_rocket', 'secret'))[0]), "\n";
        break;

    case 'forget':
        // As the data-protection tool does it.
        $context = context_user::instance(person($argv[3])->id);
        \local_rocket\privacy\provider::delete_data_for_all_users_in_context($context);
        echo json_encode(true), "\n";
        break;

    case 'ledger':
        // What is held of the ledger, and against it.
        $newest = \local_rocket\checkpoints::newest();
        $origin = (string)get_config('local_rocket', 'ledger_origin');
        $proven = $DB->count_records_select('local_rocket_checkpoint', 'origin = ? AND fromsize IS NOT NULL', [$origin]);
        echo json_encode([
            'size' => (int)$newest?->size, 'note' => $newest?->note, 'proven' => $proven,
            'kept' => $DB->count_records('local_rocket_checkpoint', ['origin' => $origin]),
            'alarms' => array_values(array_map(
                fn($alarm) => ['kind' => $alarm->kind, 'words' => \local_rocket\ledger\alarms::words($alarm)],
                \local_rocket\ledger\alarms::open()
            )),
            'receipts' => $DB->count_records('local_rocket_receipt', ['userid' => person('ann')->id]),
            'resending' => \local_rocket\resending::last(),
        ]), "\n";
        break;

    case 'forge':
        // One byte of the checkpoint that is kept, as if the ledger had been another one.
        $newest = \local_rocket\checkpoints::newest();
        $lines = explode("\n", $newest->note);
        $lines[2][0] = $lines[2][0] === 'A' ? 'B' : 'A';
        $DB->set_field('local_rocket_checkpoint', 'note', implode("\n", $lines), ['id' => $newest->id]);
        echo json_encode(true), "\n";
        break;

    case 'pairing':
        // What this site is paired with, and holds of that ledger: put aside before a test, and put back after it.
        $kept = ['address', 'source', 'secret', 'subscriptions', 'subscriptions_etag'];
        $ledger = ['ledger_keys', 'ledger_keys_offered', 'ledger_origin', 'ledger_silent'];
        $tables = ['local_rocket_checkpoint', 'local_rocket_alarm', 'local_rocket_receipt'];
        $read = fn($names) => array_combine($names, array_map(fn($name) => get_config('local_rocket', $name), $names));
        $before = isset($argv[3]) ? json_decode($argv[3], true) : null;
        $aside = $read([...$kept, ...$ledger]);
        foreach ($tables as $table) {
            $aside[$table] = (int)$DB->get_field_sql("SELECT MAX(id) FROM {{$table}}");
        }
        // Another sidecar counts its notices from the beginning.
        $aside['notices'] = \local_rocket\state::get('notices') ?? ['source' => '', 'after' => 0];
        $fresh = array_fill_keys($ledger, false) + ['notices' => ['source' => '', 'after' => 0]];
        foreach ($before ?? $fresh as $name => $value) {
            if ($name === 'notices') {
                \local_rocket\state::set($name, $value);
            } else if (in_array($name, $tables, true)) {
                $DB->delete_records_select($name, 'id > ?', [$value]);
            } else {
                $value === false ? unset_config($name, 'local_rocket') : set_config($name, $value, 'local_rocket');
            }
        }
        echo json_encode($aside), "\n";
        break;

    case 'teardown':
        ob_start();
        teardown();
        ob_end_clean();
        echo json_encode(true), "\n";
        break;
}

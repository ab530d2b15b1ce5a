@block @block_rocket
Feature: The Rocket block
  In order to know what my work brought me
  As a learner
  I see my points and rewards in my course, whether or not Rocket answers

  Background:
    Given the following "users" exist:
      | username | firstname | lastname |
      | student1 | Ann       | Lee      |
      | teacher1 | Tom       | Hill     |
    And the following "courses" exist:
      | fullname | shortname |
      | Course 1 | C1        |
    And the following "course enrolments" exist:
      | user     | course | role           |
      | student1 | C1     | student        |
      | teacher1 | C1     | editingteacher |
    And the following "blocks" exist:
      | blockname | contextlevel | reference | pagetypepattern | defaultregion |
      | rocket    | Course       | C1        | course-view-*   | side-pre      |

  Scenario: A learner sees points, the next tier and a reward that can be had
    Given the following "local_rocket > snapshots" exist:
      | user     | balance | held | reward   | cost |
      | student1 | 85      | 5    | A coffee | 20   |
    When I am on the "Course 1" course page logged in as "student1"
    Then I should see "85 points" in the "Rocket" "block"
    And I should see "5 points set aside" in the "Rocket" "block"
    And I should see "Next: Silver" in the "Rocket" "block"
    And "Redeem" "link" should exist in the "Rocket" "block"

  Scenario: A locked reward says what is missing, and can be pinned as the goal
    Given the following "local_rocket > snapshots" exist:
      | user     | balance | reward   | cost |
      | student1 | 5       | A coffee | 20   |
    And I am on the "Course 1" course page logged in as "student1"
    And I should see "15 more points" in the "Rocket" "block"
    And "Redeem" "link" should not exist in the "Rocket" "block"
    When I am on the "local_rocket > view" page
    And I follow "Rewards"
    And I press "Make this my goal"
    And I am on "Course 1" course homepage
    Then I should see "Your goal" in the "Rocket" "block"
    And I should see "15 points to go" in the "Rocket" "block"

  Scenario: While Rocket does not answer, the last known balance is shown and since when
    Given the following "local_rocket > snapshots" exist:
      | user     | balance | stale |
      | student1 | 85      | 1     |
    When I am on the "Course 1" course page logged in as "student1"
    Then I should see "85 points" in the "Rocket" "block"
    And I should see "Rocket does not answer just now. This is how it stood on" in the "Rocket" "block"

  Scenario: What was never known is not shown as nothing
    When I am on the "Course 1" course page logged in as "student1"
    Then I should see "Your balance is not known yet" in the "Rocket" "block"
    And I should not see "0 points" in the "Rocket" "block"

  Scenario: A teacher is told what the block is for
    When I am on the "Course 1" course page logged in as "teacher1"
    Then I should see "Learners see their own points and rewards here." in the "Rocket" "block"
    And "Award points" "link" should exist in the "Rocket" "block"

  Scenario: A learner stops taking part, and takes part again
    Given the following "local_rocket > snapshots" exist:
      | user     | balance |
      | student1 | 85      |
    And I am on the "Course 1" course page logged in as "student1"
    And I click on "Help" "link" in the "Rocket" "block"
    When I press "Take no part any more"
    And I am on "Course 1" course homepage
    Then I should see "You take no part in points" in the "Rocket" "block"
    And I click on "Help" "link" in the "Rocket" "block"
    And I press "Take part"
    And I am on "Course 1" course homepage
    And I should not see "You take no part in points" in the "Rocket" "block"

  Scenario: The block has a title of its own
    Given I am on the "Course 1" course page logged in as "teacher1"
    And I turn editing mode on
    And I configure the "Rocket" block
    And I set the field "Title of this block" to "Stars and points"
    When I press "Save changes"
    Then I should see "Stars and points"

  @javascript
  Scenario: Points are a step away from every page
    Given I am on the "Course 1" course page logged in as "student1"
    When I follow "My points" in the user menu
    Then I should see "Overview"

  @javascript
  Scenario: The question before a redemption is asked where the learner is
    Given the following "local_rocket > snapshots" exist:
      | user     | balance | reward   | cost |
      | student1 | 85      | A coffee | 20   |
    And I am on the "Course 1" course page logged in as "student1"
    When I click on "Redeem A coffee" "link" in the "Rocket" "block"
    Then I should see "Redeem A coffee for 20 points?" in the "Redeem" "dialogue"
    And I should see "Afterwards you have 65 points" in the "Redeem" "dialogue"
    And I click on "Cancel" "link" in the "Redeem" "dialogue"
    And "Redeem" "dialogue" should not be visible

import { expect } from 'chai'
import { classOf, logClasses, moduleOf } from '../../sidecar/activity/log-names.js'
import { classNames } from '../../sidecar/domain/meaning.js'

describe('event names in a log export', () => {
  it('stand for classes', () => {
    expect(classOf('Assignment', 'A submission has been submitted.', null)).to.equal(
      '\\mod_assign\\event\\assessable_submitted',
    )
    expect(classOf('Online text submissions', 'Submission created.', null)).to.equal(
      '\\assignsubmission_onlinetext\\event\\submission_created',
    )
    expect(classOf('System', 'Badge awarded', null)).to.equal('\\core\\event\\badge_awarded')
  })

  it('are views of the module that the description names, also a plugin’s', () => {
    expect(classOf('File', 'Course module viewed', 'resource')).to.equal('\\mod_resource\\event\\course_module_viewed')
    expect(classOf('H5P', 'Course module viewed', 'hvp')).to.equal('\\mod_hvp\\event\\course_module_viewed')
    expect(classOf('BigBlueButton', 'Course module viewed', null)).to.equal(
      '\\mod_bigbluebuttonbn\\event\\course_module_viewed',
    )
  })

  it('that are not known stand for nothing', () => {
    expect(classOf('Turnitin Assignment 2', 'List Submissions', null)).to.equal(null)
    expect(classOf('System', 'constructor', null)).to.equal(null)
    expect(classOf('toString', 'Course viewed', null)).to.equal(null)
    expect(classOf('Unheard of', 'Course module viewed', null)).to.equal(null)
  })

  it('cover every class that a rule’s alias means', () => {
    expect(classNames.filter((name) => !logClasses.includes(name))).to.deep.equal([])
  })

  it('tell the module of an event context', () => {
    expect(moduleOf('Label')).to.equal('label')
    expect(moduleOf('File submissions')).to.equal('assign')
    expect(moduleOf('Course')).to.equal(null)
  })
})

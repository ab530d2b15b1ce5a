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
 * The counter: takes a token from the address's fragment or from the camera. All else is plain forms.
 *
 * @module     local_rocket/counter
 * @copyright  2026 Rocket contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

const PAUSE = 250;

/**
 * The token in what a QR code holds. One without its check symbol is marked as scanned.
 *
 * @param {String} text an address that ends in # and the token, or ROCKET: and the token
 * @returns {String}
 */
const tokenIn = (text) => {
    const token = text.slice(text.lastIndexOf('#') + 1);
    return /^[0-9a-z]{24}$/i.test(token) ? `ROCKET:${token}` : token;
};

/**
 * Puts the fragment's token into the field, and takes it out of the address and the browser's history.
 *
 * @param {HTMLInputElement} field
 */
const takeFragment = (field) => {
    const fragment = window.location.hash;
    if (!/^#[0-9a-z*~$=-]{20,40}$/i.test(fragment)) {
        return;
    }
    window.history.replaceState(null, '', window.location.pathname + window.location.search);
    field.value = tokenIn(fragment);
};

/**
 * Looks for a QR code until there is one, or the camera is switched off.
 *
 * @param {BarcodeDetector} detector
 * @param {HTMLVideoElement} video
 * @param {MediaStream} stream
 * @returns {Promise<String|null>} null: it was switched off
 */
const scan = async(detector, video, stream) => {
    while (stream.active) {
        const found = video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA ? [] : await detector.detect(video);
        if (found.length > 0) {
            return found[0].rawValue;
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return null;
};

/**
 * Reads a token with the camera and asks about it. Pressed again, the button switches the camera off.
 *
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} field
 * @param {HTMLVideoElement} video
 */
const useCamera = async(form, field, video) => {
    if (video.srcObject) {
        video.srcObject.getTracks().forEach((track) => track.stop());
        return;
    }
    const said = form.querySelector('[data-region="said"]');
    said.textContent = '';
    try {
        const stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
        video.srcObject = stream;
        video.hidden = false;
        await video.play();
        const text = await scan(new window.BarcodeDetector({formats: ['qr_code']}), video, stream);
        if (text !== null) {
            field.value = tokenIn(text);
            form.requestSubmit();
        }
    } catch (error) {
        // Nobody allowed it, or there is none: the field is still there to type in.
        said.textContent = `${said.dataset.textNocamera} (${error.message})`;
    } finally {
        video.srcObject?.getTracks().forEach((track) => track.stop());
        video.srcObject = null;
        video.hidden = true;
    }
};

/**
 * Starts.
 */
export const init = () => {
    const form = document.querySelector('[data-region="counter"] [data-region="look"]');
    const field = form.querySelector('input[name="token"]');
    takeFragment(field);
    window.addEventListener('hashchange', () => takeFragment(field));
    if ('BarcodeDetector' in window && navigator.mediaDevices) {
        const button = form.querySelector('[data-action="camera"]');
        const video = form.querySelector('[data-region="camera"]');
        button.hidden = false;
        button.addEventListener('click', () => useCamera(form, field, video));
    }
};

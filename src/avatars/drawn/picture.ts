/** Puts one picture together: the layers where the pose has them, the eyes drawn anew, the lower face with its mouth. */
import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Place } from '../../engines/contract.js';
import type { Box } from './changes.js';
import type { Design } from './design.js';
import { paintEyes } from './eyes.js';
import type { Layers } from './layers.js';
import type { Sprite } from './lower-face.js';
import { DESIGN_SIZE } from './paint.js';
import type { Pose } from './pose.js';

/** One picture without its lower face: what lies behind that, and what lies before it. */
export interface Scene {
  readonly behind: Canvas;
  readonly before: Canvas;
  readonly pose: Pose;
}

export function paintScene(design: Design, layers: Layers, pixels: number, pose: Pose): Scene {
  const behind = createCanvas(pixels, pixels);
  const ink = behind.getContext('2d');
  ink.drawImage(layers.background, 0, 0, pixels, pixels);
  const placed = (on: SKRSContext2D, move: () => void, layer: Canvas) => {
    on.save();
    framed(on, design, pixels);
    move();
    on.drawImage(layer, 0, 0, DESIGN_SIZE, DESIGN_SIZE);
    on.restore();
  };
  placed(ink, () => headMotion(ink, design, pose, pose.swing), layers.hairBack);
  placed(ink, () => breathing(ink, design, pose), layers.torso);
  placed(ink, () => headMotion(ink, design, pose, 0), layers.head);
  const features = () => {
    headMotion(ink, design, pose, 0);
    ink.translate(pose.turn, pose.nod);
  };
  placed(ink, features, layers.nose);
  const before = createCanvas(pixels, pixels);
  const over = before.getContext('2d');
  const frontHair = () => {
    headMotion(over, design, pose, pose.swing);
    over.translate(pose.turn * 0.25, pose.nod * 0.25);
  };
  placed(over, frontHair, layers.hairFront);
  calmColours(behind, before);
  // The eyes are far from any patch, and keep their colours sharp.
  ink.save();
  clipToEyes(ink, design, pixels, pose);
  framed(ink, design, pixels);
  features();
  paintEyes({ canvas: behind, ink, scale: pixels / design.frame.side }, design, pose.look);
  if (design.glasses !== null) ink.drawImage(layers.glasses, 0, 0, DESIGN_SIZE, DESIGN_SIZE);
  ink.restore();
  return { behind, before, pose };
}

/**
 * How far an edge spreads its colour, in 512ths of the picture; its brightness stays sharp, and the eye follows that.
 * At 3.4 most patches had to grow before their join was calm, at 5 hardly any.
 */
const COLOUR_BLUR = 5;

/**
 * Spreads the colour of every edge over some pixels, as film and television do. JPEG stores colour at half the
 * resolution and smooths it on decoding, but not beyond the end of a patch: at an edge of dark hair on skin that alone
 * would make a step of 8 to 15 levels around the mouth.
 */
function calmColours(behind: Canvas, before: Canvas): void {
  const pixels = behind.width;
  const blurred = createCanvas(pixels, pixels);
  const soft = blurred.getContext('2d');
  soft.filter = `blur(${(COLOUR_BLUR * pixels) / DESIGN_SIZE}px)`;
  soft.drawImage(behind, 0, 0);
  soft.drawImage(before, 0, 0);
  const shape = createCanvas(pixels, pixels);
  shape.getContext('2d').drawImage(before, 0, 0);
  for (const layer of [behind, before]) {
    const ink = layer.getContext('2d');
    ink.globalCompositeOperation = 'color';
    ink.drawImage(blurred, 0, 0);
    ink.globalCompositeOperation = 'source-over';
  }
  const over = before.getContext('2d');
  over.globalCompositeOperation = 'destination-in';
  over.drawImage(shape, 0, 0);
}

/** Paints the part of the scene that lies at `place` on `target`, with this lower face. */
export function paintPicture(target: Canvas, scene: Scene, design: Design, lowerFace: Sprite, place: Place): void {
  const pixels = scene.behind.width;
  const ink = target.getContext('2d');
  ink.setTransform(1, 0, 0, 1, -place.x, -place.y);
  ink.drawImage(scene.behind, 0, 0);
  framed(ink, design, pixels);
  headMotion(ink, design, scene.pose, 0);
  const { canvas, x, y } = lowerFace;
  ink.drawImage(canvas, x, y, canvas.width / lowerFace.scale, canvas.height / lowerFace.scale);
  ink.setTransform(1, 0, 0, 1, -place.x, -place.y);
  ink.drawImage(scene.before, 0, 0);
}

/** Where this box of the resting head lies in the picture, in pixels: upright, so it holds the tilted one. */
export function boxInPicture(design: Design, pose: Pose, box: Box, pixels: number): Box {
  const probe = createCanvas(1, 1).getContext('2d');
  framed(probe, design, pixels);
  headMotion(probe, design, pose, 0);
  const { a, b, c, d, e, f } = probe.getTransform();
  const corners = [box.left, box.right].flatMap((x) => [box.top, box.bottom].map((y) => ({ x, y })));
  const xs = corners.map(({ x, y }) => a * x + c * y + e);
  const ys = corners.map(({ x, y }) => b * x + d * y + f);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Spares their many blurs from looking at the whole picture. */
function clipToEyes(ink: SKRSContext2D, design: Design, pixels: number, pose: Pose): void {
  const { face, eyes } = design;
  const side = eyes.apart + eyes.width;
  const box = { left: face.x - side, top: 0, right: face.x + side, bottom: eyes.y + eyes.height * 2 };
  const { right, bottom } = boxInPicture(design, pose, box, pixels);
  ink.beginPath();
  // From the corner of the picture: with another origin, coordinates would be rounded otherwise.
  ink.rect(0, 0, Math.ceil(right), Math.ceil(bottom));
  ink.clip();
}

/** From pixels to design units: the picture shows the square of the drawing that the design frames. */
function framed(ink: SKRSContext2D, { frame }: Design, pixels: number): void {
  ink.scale(pixels / frame.side, pixels / frame.side);
  ink.translate(-frame.left, -frame.top);
}

/** The head turns about the base of the neck. What hangs from it lags behind by `swing`, about the top of the head. */
function headMotion(ink: SKRSContext2D, { face }: Design, pose: Pose, swing: number): void {
  const chin = face.profile.at(-1)![0];
  turnAbout(ink, face.x, chin + 40, pose.tilt);
  ink.translate(pose.x, pose.y);
  if (swing !== 0) turnAbout(ink, face.x, face.profile[0]![0], swing);
}

function turnAbout(ink: SKRSContext2D, x: number, y: number, angle: number): void {
  ink.translate(x, y);
  ink.rotate(angle);
  ink.translate(-x, -y);
}

/** The shoulders rise by 2 units and widen by half a hundredth; the picture's lower edge stays filled. */
function breathing(ink: SKRSContext2D, { face }: Design, { breath, x }: Pose): void {
  ink.translate(face.x + x * 0.22, DESIGN_SIZE);
  ink.scale(1 + 0.005 * breath, 1 + 0.016 * breath);
  ink.translate(-face.x, -DESIGN_SIZE);
}

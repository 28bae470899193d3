import { assert, assertEquals } from "@std/assert";
import { lessons } from "../../lessons/mod.ts";
import { lessonPath } from "../../lib/web/site.ts";
import { isTested } from "../sample.ts";
import { runToEnd, useBrowser } from "./browser.ts";

const test = useBrowser({ whole: true });

for (const lesson of lessons.filter(isTested)) {
  test(`lesson ${lesson.number} runs under X-ray to its end, and goes back`, async ({ open, seen }) => {
    const page = await open(lessonPath(lesson));
    await page.click("aside >> text=X-ray");
    await runToEnd(page);
    // Without strace, the recording has the rows; or there's the story alone.
    const rows = await page.locator("aside .draw-row").count();
    const notes = await page.locator("aside .run-note").allInnerTexts();
    assert(rows > 0 || notes.length > 0);
    assertEquals(notes.filter((note) => note.includes("exit code")), []);

    await page.click("aside >> text=Story");
    const steps = await page.locator("aside .draw-step h3").count();
    assert(steps > 0);
    await page.locator('[aria-label="Place in the run"]').press("Home");
    assert(await page.locator("aside .draw-step h3").count() < steps);
    assertEquals(seen.complaints, []);
    await page.context().close();
  });
}

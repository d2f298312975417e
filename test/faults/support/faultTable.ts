/** Where it is proven what happens at a fault: a file, and how the name of a test in it begins. */
export type Proof = readonly [file: string, test: string];

const faults = (name: string): string => `test/faults/${name}.test.ts`;
const unit = (name: string): string => `test/unit/${name}.test.ts`;
const e2e = (name: string): string => `test/e2e/${name}.test.ts`;

/** Every fault that the product has to stand, with the tests that inject it. */
export const faultTable: Readonly<Record<string, readonly Proof[]>> = {
  'a process is killed while it writes': [
    [faults('storm'), 'loses nothing that was acknowledged, however often it comes'],
    [unit('node/sqlite/severalProcesses'), 'keeps every acknowledged event of a writer that is killed'],
  ],
  'a process is killed at one exact call to the system': [
    [faults('killedAtAnyCall'), 'loses no acknowledged event and leaves no half one: '],
    [faults('killedAtAnyCall'), 'leaves a new file that opens: '],
  ],
  'a write or a flush fails': [
    [faults('failingDisk'), 'for a while ('],
    [unit('core/turn/turnRunner'), 'sends nothing when the message cannot be stored, and takes the same message again'],
    ['test/webview/chatView.test.ts', 'keeps the text and says why when a message could not be stored'],
  ],
  'the power goes': [
    [faults('powerLoss'), 'cannot take what was acknowledged: no answer comes before the log is flushed to the disk'],
  ],
  'the disk is full when something is said': [
    [faults('fullDisk'), 'refuses a message, keeps what is there, and takes the next one once there is space'],
    [faults('fullDisk'), 'lets the sessions be opened and read'],
    [unit('node/sqlite/storeHealth'), 'tells once that it is full, keeps what there is, and goes on by itself when'],
    [unit('extension/storeHost'), 'says what to do, and then that all is well, without being opened again'],
    [e2e('storeFaults'), 'says that the disk is full, keeps the text, and goes on when there is room again'],
  ],
  'the disk is full when something is deleted': [
    [faults('fullDisk'), 'cannot delete either, and says so without harm'],
  ],
  'files may not grow beyond a limit': [[faults('failingDisk'), 'by a limit on the size of files: ']],
  'the folder or the disk is read-only': [
    [faults('readOnlyPlace'), 'because the file and its folder may not be changed: '],
    [faults('readOnlyPlace'), 'because the disk turned read-only, also while a window has it open'],
    [faults('readOnlyPlace'), 'because it belongs to somebody else: '],
    [unit('extension/storeHost'), 'is read until it can be written, and then written without anybody doing anything'],
  ],
  'the path is odd, missing or no folder': [
    [faults('oddPaths'), 'can have '],
    [faults('oddPaths'), 'that cannot be one is refused with its path, and nothing is made or changed'],
  ],
  'the header of the file is gone': [
    [faults('damagedFile'), '${what} is refused, keeps every byte, and gives way to the backup that a person chooses'],
  ],
  'a page of the file is gone, or half of the file': [
    [faults('damagedFile'), 'that was cut in half is noticed, and what is left of it is completed from the backup'],
    [faults('damagedFile'), 'that lost any one page is noticed, '],
    [e2e('storeFaults'), 'restores from a backup what was damaged between two starts, and keeps the damaged file'],
  ],
  'bytes of a message changed on disk': [
    [faults('damagedFile'), 'is the only one that is marked, and all others are as they were'],
  ],
  'the file is empty': [[faults('lostLog'), 'is taken for a loss and not for a first start']],
  'the file is empty beside a log that is not': [
    [faults('lostLog'), 'beside a log that still holds messages leaves the log alone'],
  ],
  'the log is missing after a crash': [
    [faults('lostLog'), 'is not taken for whole: '],
    [unit('extension/storeHost'), 'tells of lost events until the person accepts it'],
  ],
  'the log is garbled, torn or of another file': [[faults('lostLog'), 'is not taken for whole: ']],
  'the file is removed or replaced while it is open': [
    [faults('replacedFile'), 'is written anew from the open one, and the next window goes on with it'],
    [faults('replacedFile'), 'to another folder is written anew where it was'],
    [faults('replacedFile'), 'and replaced by another one is saved beside it, and the other one is left alone'],
    [unit('extension/storeHost'), 'is put back and opened anew, with one notice, and what was being sent goes in'],
  ],
  'another process locks the file': [
    [faults('lockedFile'), 'for three seconds stores the message a little later, and reads meanwhile'],
    [faults('lockedFile'), 'for a minute refuses the message, reads on, and stores it when it is free'],
    [faults('lockedFile'), 'by a process that stands still is read, refuses the message, '],
    [
      unit('node/sqlite/storeHealth'),
      'is trouble while another program keeps it locked, and fine as soon as that lets go',
    ],
  ],
  'many windows open at once': [
    [faults('severalWindows'), 'that open a new store at the same moment all use the one file, and none is refused'],
  ],
  'two windows show one session': [
    [faults('severalWindows'), 'that write at the same time leave one unbroken log, which both of them read'],
    [faults('severalWindows'), 'that send at the same moment: one gets the session, '],
    [faults('severalWindows'), 'of which one is killed while it answers: '],
    [faults('severalWindows'), 'of which one stands still while it answers: '],
    [unit('extension/chatQueue'), 'waits, is shown as waiting, and goes when that reply is over'],
    [e2e('twoWindows'), 'keeps a message of the second until the reply of the first is over, '],
    [e2e('twoWindows'), 'shows in the second how the reply grows in the first, and its end once'],
  ],
  'one window deletes what another one answers': [
    [faults('severalWindows'), 'of which one deletes it while the other answers: '],
    [faults('severalWindows'), 'of which one deletes it for good while the other answers: '],
    [e2e('twoWindows'), 'stops the reply when the second deletes the session, '],
  ],
  'a reader does not end': [[faults('longReader'), 'lets the log grow only for as long as it reads']],
  'writers and checkpoints race': [
    [faults('checkpointRace'), 'leave a sound file at every look'],
    [unit('node/sqlite/openingTheStore'), 'refuses an affected SQLite before it touches any file'],
  ],
  'the native module is missing or of another kind': [
    [faults('nativeModule'), 'that ${what} is told apart, harms nothing, and is not remembered'],
  ],
  'the file system has no shared memory': [
    [faults('noSharedMemory'), 'is written with a rollback journal, by several windows as well'],
    [faults('noSharedMemory'), 'takes over what an earlier log holds'],
    [faults('noSharedMemory'), 'loses nothing to a kill'],
  ],
  'the extension is updated while a window runs the old one': [
    [faults('twoVersions'), 'of which the newer comes while the older runs: '],
  ],
  'the clock jumps': [
    [faults('clocks'), '${what}: order, head and list stay as they were written'],
    [faults('clocks'), 'gives no negative time since a session was last used'],
    [faults('clocks'), 'does not keep a session from a window that comes after a dead one, '],
  ],
  'the schema is from the future': [
    [faults('twoVersions'), 'of which one is from far in the future: '],
    [unit('extension/storeHost'), 'only reads a store of a newer version, and does not try it again by itself'],
  ],
  'an update of the schema is cut off': [
    [faults('killedMigration'), 'that is killed at any call leaves the old schema or the new one: '],
    [faults('killedMigration'), 'that fails at any write ('],
    [faults('killedMigration'), 'copies the file first, and is not begun where that fails'],
    [unit('node/sqlite/migrator'), 'change nothing at all when one of their statements fails'],
  ],
  'an older version comes back': [[faults('twoVersions'), 'of which the older comes back: ']],
  'a backup has to take the place of the file': [
    [
      faults('killedRestore'),
      'that is killed at any call leaves the old sessions, the chosen ones, or both set aside and said: ',
    ],
    [faults('damagedFile'), '${what} is refused, keeps every byte, and gives way to the backup that a person chooses'],
    [faults('damagedFile'), 'whose backups are damaged as well keeps its bytes aside and starts anew when told to'],
    [unit('node/sqlite/restoreStore'), 'says of a damaged file what each choice would lose, '],
  ],
  'a backup fails': [
    [unit('node/sqlite/backups'), 'takes no notice of an empty file that a full disk left'],
    [faults('fullDisk'), 'makes no backup that is none, and takes none of the good ones away'],
  ],
  'a compaction is cut off': [
    [faults('killedCompaction'), 'that is cut off while it is stored leaves every message, '],
  ],
  'the view is reloaded, hidden or moved while a reply streams': [
    [e2e('chatLife'), 'keeps the whole answer when the side bar is hidden while it streams'],
    [e2e('chatLife'), 'keeps the whole answer when the view is moved to the other side bar while it streams'],
    [e2e('chatLife'), 'keeps the whole answer when webviews are reloaded while it streams'],
    [unit('extension/chatController'), 'has the whole text after a snapshot in the middle of it'],
    [unit('extension/chatDrafts'), 'belong to their session, over switching and a reload'],
  ],
  'the extension host or its window goes while a reply streams': [
    [e2e('storeFaults'), 'keeps what had arrived when the extension host is killed in the middle of a reply'],
    [e2e('chatLife'), 'marks the answer interrupted when the window is reloaded while it streams, '],
    [unit('core/turn/turnMachine'), 'is due within a second of the first text that is not saved, '],
    [unit('core/turn/turnPersistence'), 'comes back as an interrupted reply after the process was killed, '],
  ],
  'an abort that nobody asked for': [
    [faults('abortErrors'), 'in the middle of a reply keeps what had come, and the conversation goes on whole'],
    [faults('abortErrors'), 'before a reply leaves the question, and the conversation goes on whole'],
    [faults('abortErrors'), 'in a tool answers its call, and the conversation goes on whole'],
  ],
  'the provider cannot be reached or the connection breaks': [
    [unit('core/turn/turnFailures'), 'drops the connection before the first byte'],
    [unit('core/turn/turnFailures'), 'drops the connection in the middle of the text'],
    [unit('core/turn/turnFailures'), 'ends the response without an end of the answer'],
    [unit('core/turn/turnFailures'), 'cannot be reached at all'],
    [unit('node/models/aiSdkProvider'), 'tells a name that cannot be found from a server that does not answer'],
    [unit('node/models/aiSdkProvider'), 'tells a certificate that cannot be trusted'],
    [unit('core/turn/turnMachine'), 'tries three times while nothing was shown, and then gives up'],
  ],
  'the provider falls silent': [
    [unit('core/turn/turnFailures'), 'before the headers'],
    [unit('core/turn/turnFailures'), 'after the headers'],
    [unit('core/turn/turnFailures'), 'after the first words'],
    [unit('core/turn/turnFailures'), 'but for comments that keep the connection open'],
    [unit('core/turn/turnRunner'), 'works while nothing has arrived, and while a retry is waited for'],
  ],
  'the provider sends what is no proper stream': [
    [unit('core/turn/turnRunner'), 'puts letters together that are cut between two packets'],
    [
      unit('node/models/aiSdkProvider'),
      'takes the answer with line ends of Windows, a byte order mark and unknown events',
    ],
    [unit('core/turn/turnFailures'), 'sends something that is not JSON'],
    [unit('core/turn/turnFailures'), 'answers with a web page'],
    [unit('core/turn/turnFailures'), 'sends an error after text'],
    [unit('core/turn/turnFailures'), 'never finds its key in what is stored'],
  ],
  'the provider refuses': [
    [unit('core/turn/turnFailures'), 'limits the rate'],
    [unit('core/turn/turnFailures'), 'is overloaded'],
    [unit('core/turn/turnFailures'), '%s is waited for'],
    [unit('core/turn/turnFailures'), 'fails at once, with the time, when it is longer than anybody waits'],
    [unit('core/turn/turnFailures'), 'does not know the key'],
    [unit('core/turn/turnFailures'), 'finds the request too long'],
  ],
  'the reply is gigantic': [
    [
      unit('core/turn/turnPersistence'),
      'stops at the limit of a reply, keeps the beginning, and closes the connection',
    ],
    [unit('core/turn/turnPersistence'), 'takes a million tiny pieces and stays stoppable meanwhile'],
    [unit('node/models/aiSdkProvider'), 'gives up on a line that never ends'],
    ['test/webview/tenThousandMessages.test.ts', 'stay as they are while a thousand pieces a second come in'],
  ],
  'a turn is stopped at any point': [
    [unit('core/turn/turnStop.property'), 'ends, and shows nothing more'],
    [unit('core/turn/turnStop.property'), 'leaves every tool call answered, after its call, and no event twice'],
    [unit('core/turn/turnRunner'), 'drops what a provider yields after it was told to stop'],
  ],
  'the folder is reached in another way': [
    [e2e('resumeRules'), 'comes back when the folder is opened through a symbolic link'],
    [e2e('resumeRules'), 'comes back in a worktree of the repository'],
    [e2e('resumeRules'), 'comes back in another folder of the same repository, '],
    [unit('node/git/gitRoot'), 'is that of the common git folder for a linked working tree, '],
  ],
  'an import or an export is cut off': [
    [faults('cutImport'), 'that is cut off brings the whole session or nothing, '],
    [faults('cutImport'), 'to a full disk leaves the earlier file and no other'],
    [faults('cutImport'), 'to a disk that is read-only leaves the earlier file'],
    [faults('cutImport'), 'that is killed at any call leaves the earlier file or the new one, whole'],
    [unit('extension/checkpoints/importSession'), 'gives the session that it is and changes nothing'],
  ],
  'there is no key ring': [
    [unit('extension/providerSecrets'), 'stay in memory, and the person is told, where there is no key ring'],
  ],
};

using System.Text;
using System.Text.RegularExpressions;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// The images of a folder of this machine and the folders in it, in byte order of their '/'-separated paths; names are bytes and every one is read.
/// A linked folder is followed where it leads to a place inside the input or inside another allowed folder, and not into itself. Names of one folder
/// at a time, and of those it lies in, are held.
/// </summary>
public sealed partial class LocalImageFolder
{
    // Each link of a chain may multiply what is found: this many on one path, and no more, are followed.
    private const int MostLinks = 8;

    private readonly byte[] _root;
    private readonly byte[]? _only;
    private readonly AllowedFolders _allowed;

    private LocalImageFolder(string root, byte[]? only, AllowedFolders allowed)
    {
        Location = root;
        _root = Encoding.UTF8.GetBytes(root);
        _only = only;
        _allowed = allowed;
    }

    /// <summary>The folder.</summary>
    public string Location { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="allowed">Other folders that links may lead into; null (default) means none.</param>
    /// <exception cref="BlobStoreUnavailableException">There is no such folder, or no such allowed folder.</exception>
    public static LocalImageFolder Open(string folder, IReadOnlyList<string>? allowed = null) =>
        new(Path.GetFullPath(folder), null, AllowedFolders.Of([folder, .. allowed ?? []]));

    /// <summary>One image file as if it were alone in its folder.</summary>
    /// <exception cref="BlobStoreUnavailableException">There is no such folder.</exception>
    public static LocalImageFolder OfFile(string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full) ?? throw new ArgumentException($"'{path}' is no file.", nameof(path));
        return new LocalImageFolder(folder, Encoding.UTF8.GetBytes(Path.GetFileName(full)), AllowedFolders.Of([folder]));
    }

    /// <summary>Lists the images.</summary>
    /// <param name="skipped">Told of every file and folder that is not read; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <exception cref="IOException">The folder, or one in it, cannot be listed for another reason than its rights.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder itself may not be read.</exception>
    public IEnumerable<FolderImage> List(Action<SkippedFile>? skipped, CancellationToken cancellationToken)
    {
        var walk = new Walk(this, skipped ?? (_ => { }), cancellationToken);
        return _only is null ? walk.Run() : walk.RunOn(_only);
    }

    private static FolderImage Image(byte[] name, FileFacts? facts) =>
        new(FileNames.Escape(name), FileStamp.Of(facts));

    /// <summary>A name as a line names it: one that would be read as a URL gets './' before it.</summary>
    internal static string ReferenceTo(string name) => MistakablePattern().IsMatch(name) ? "./" + name : name;

    [GeneratedRegex(@"^([a-z][a-z0-9+.-]*:|[\\/])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MistakablePattern();

    /// <summary>One listing.</summary>
    private sealed class Walk(LocalImageFolder folder, Action<SkippedFile> skipped, CancellationToken cancellationToken)
    {
        // The folders on the way from the root to where the walk is.
        private readonly List<Level> _levels = [];

        public IEnumerable<FolderImage> Run()
        {
            var root = Posix.Look(folder._root, followLink: true, out var error);
            if (root is null) throw Posix.Error("stat", folder.Location, error);
            Enter([], root.Value.Identity, links: 0);
            while (_levels.Count > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var level = _levels[^1];
                if (level.Next == level.Entries.Count)
                {
                    _levels.RemoveAt(_levels.Count - 1);
                    continue;
                }

                var entry = level.Entries[level.Next];
                level.Entries[level.Next++] = default;
                byte[] name = level.Name.Length == 0 ? entry.Name : [.. level.Name, (byte)'/', .. entry.Name];
                if (entry.Kind == FileKind.Folder) EnterFolder(level, name, entry.IsLink);
                else if (Take(name, entry) is { } image) yield return image;
            }
        }

        public IEnumerable<FolderImage> RunOn(byte[] name)
        {
            if (Take(name, new Entry(name, FileKind.File, IsLink: false)) is { } image) yield return image;
        }

        private byte[] PathOf(byte[] name) => name.Length == 0 ? folder._root : [.. folder._root, (byte)'/', .. name];

        private void EnterFolder(Level from, byte[] name, bool isLink)
        {
            var facts = Posix.Look(PathOf(name), followLink: true, out var error);
            if (facts is not { } found)
            {
                SkipFor(name, error);
                return;
            }

            if (isLink)
            {
                if (_levels.Any(level => level.Identity == found.Identity) || from.Links == MostLinks)
                {
                    Skip(name, SkippedKinds.LinkLoop, from.Links == MostLinks
                        ? $"The link is behind {MostLinks} other links."
                        : "The link leads to a folder that it lies in.");
                    return;
                }

                using var handle = Posix.Find(PathOf(name), out error);
                if (handle is null || !folder._allowed.Contains(Posix.RealPath(handle)))
                {
                    Skip(name, SkippedKinds.LinkOutside, $"The linked folder is outside the input; {AllowedFolders.HowToAllow}.");
                    return;
                }
            }

            Enter(name, found.Identity, from.Links + (isLink ? 1 : 0));
        }

        private void Enter(byte[] name, FileIdentity identity, int links)
        {
            var listed = new List<(byte[] Name, FileKind Kind)>();
            var error = Posix.ListFolder(PathOf(name), listed);
            if (error != 0)
            {
                if (name.Length > 0) SkipFor(name, error);
                else if (error is ErrorNumber.Access or ErrorNumber.NotPermitted)
                    throw new UnauthorizedAccessException($"'{folder.Location}' may not be read (permission denied).");
                else throw Posix.Error("opendir", folder.Location, error);
                return;
            }

            var entries = new List<Entry>(listed.Count);
            foreach (var (entry, kind) in listed) Add(entries, name, entry, kind);
            // A folder's name is compared as if it ended with '/': then the paths come in the order of their bytes.
            entries.Sort(static (one, other) => one.CompareTo(other));
            _levels.Add(new Level(name, identity, links, entries));
        }

        private void Add(List<Entry> entries, byte[] folderName, byte[] entry, FileKind kind)
        {
            byte[] name = folderName.Length == 0 ? entry : [.. folderName, (byte)'/', .. entry];
            if (entry[0] == '.')
            {
                Skip(name, SkippedKinds.Hidden, "Names that begin with a dot are not read.");
                return;
            }

            var error = 0;
            if (kind == FileKind.Unknown) kind = Posix.Look(PathOf(name), followLink: false, out error)?.Kind ?? FileKind.Unknown;
            var isLink = kind == FileKind.Link;
            if (isLink) kind = Posix.Look(PathOf(name), followLink: true, out error)?.Kind ?? FileKind.Unknown;
            if (kind is FileKind.File or FileKind.Folder) entries.Add(new Entry(entry, kind, isLink));
            else if (kind == FileKind.Special) Skip(name, SkippedKinds.NotAFile, "A pipe, a socket or a device is not read.");
            else if (isLink && error is ErrorNumber.NoEntry or ErrorNumber.NotFolder) Skip(name, SkippedKinds.BrokenLink, "The link leads to nothing.");
            else if (isLink && error == ErrorNumber.TooManySymbolicLinks) Skip(name, SkippedKinds.LinkLoop, "The link leads to itself.");
            else SkipFor(name, error);
        }

        private FolderImage? Take(byte[] name, Entry entry)
        {
            var image = Image(name, Posix.Look(PathOf(name), followLink: true, out _));
            if (ImageFiles.HasImageEnding(image.Name) || BeginsAsImage(name)) return image;
            Skip(name, SkippedKinds.NotAnImage, entry.IsLink && !Reachable(name)
                ? $"The linked file is outside the input; {AllowedFolders.HowToAllow}."
                : "Neither its ending nor its first bytes are those of an image.");
            return null;
        }

        private bool Reachable(byte[] name)
        {
            using var handle = Posix.Find(PathOf(name), out _);
            return handle is not null && folder._allowed.Contains(Posix.RealPath(handle));
        }

        private bool BeginsAsImage(byte[] name)
        {
            using var found = Posix.Find(PathOf(name), out _);
            if (found is null || !folder._allowed.Contains(Posix.RealPath(found))) return false;
            using var file = Posix.Reopen(found, out _);
            if (file is null) return false;
            Span<byte> head = stackalloc byte[ImageFiles.HeadBytes];
            try
            {
                return ImageFiles.BeginsAsImage(head[..RandomAccess.Read(file, head, 0)]);
            }
            catch (IOException)
            {
                return false;
            }
        }

        // A fault of the disk or the network must not look as if there were no such images: that would take their answers away.
        private void SkipFor(byte[] name, int error)
        {
            switch (error)
            {
                case ErrorNumber.Access or ErrorNumber.NotPermitted:
                    Skip(name, SkippedKinds.UnreadableFolder, "Permission denied.");
                    break;
                case ErrorNumber.NameTooLong:
                    Skip(name, SkippedKinds.PathTooLong, "The path is longer than the system takes.");
                    break;
                case ErrorNumber.NoEntry or ErrorNumber.NotFolder or 0:
                    break; // Removed since it was listed.
                default:
                    throw Posix.Error("open", $"{folder.Location}/{FileNames.Escape(name)}", error);
            }
        }

        private void Skip(byte[] name, string kind, string detail) => skipped(new SkippedFile(FileNames.Escape(name), kind, detail));
    }

    private sealed class Level(byte[] name, FileIdentity identity, int links, List<Entry> entries)
    {
        public byte[] Name => name;

        public FileIdentity Identity => identity;

        public int Links => links;

        public List<Entry> Entries => entries;

        public int Next { get; set; }
    }

    private readonly record struct Entry(byte[] Name, FileKind Kind, bool IsLink)
    {
        public int CompareTo(Entry other)
        {
            var common = Math.Min(Name.Length, other.Name.Length);
            var order = Name.AsSpan(0, common).SequenceCompareTo(other.Name.AsSpan(0, common));
            return order != 0 ? order : Next(common) - other.Next(common);
        }

        private int Next(int place) => place < Name.Length ? Name[place] : Kind == FileKind.Folder ? '/' : -1;
    }
}

/// <summary>An image of a folder.</summary>
/// <param name="Name">Its '/'-separated path below the folder, bytes that are no UTF-8 as <c>%{E9}</c>.</param>
/// <param name="Stamp">What it was when it was listed.</param>
public readonly record struct FolderImage(string Name, FileStamp Stamp);

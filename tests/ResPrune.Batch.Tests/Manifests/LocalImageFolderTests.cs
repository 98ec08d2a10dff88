using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using ResPrune.Batch.Images;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Manifests;

public sealed partial class LocalImageFolderTests : IDisposable
{
    private const int Nobody = 65534;
    private readonly TemporaryFolder _folder = new();
    private readonly List<SkippedFile> _skipped = [];

    public void Dispose()
    {
        // .NET cannot delete what it cannot name.
        Bash("find . -mindepth 1 -delete");
        _folder.Dispose();
    }

    [Fact]
    public void Images_come_in_byte_order_of_their_paths_whatever_folders_they_lie_in()
    {
        string[] names = ["a.png", "a/b.png", "a/c/d.png", "a-1.png", "a0.png", "B.PNG", "é.png", "z/a.png", "z.png", "😀.png", "\uE000.png"];
        foreach (var name in names) _folder.Write(name, "x");
        Assert.Equal(names.OrderBy(Encoding.UTF8.GetBytes, Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b))), Names());
        Assert.Empty(_skipped);
    }

    [Theory]
    [InlineData(".jpg .JPEG .jfif .jpe .pjpeg .png .webp .gif .bmp .heic .heif .avif .tif .tiff .svg .jp2 .jxl .psd .dng")]
    public void Whatever_has_the_ending_of_an_image_becomes_a_row(string endings)
    {
        foreach (var ending in endings.Split(' ')) _folder.Write($"x{ending}", "anything");
        Assert.Equal(endings.Split(' ').Length, Names().Count);
    }

    [Theory]
    [InlineData("photo.jpg_large", "FFD8FFE000104A464946")]
    [InlineData("no-ending", "89504E470D0A1A0A0000000D")]
    [InlineData("image.php", "47494638396101000100")]
    [InlineData("x.bin", "524946460000000057454250")]
    [InlineData("x.dat", "49492A0008000000")]
    [InlineData("IMG_1", "0000002066747970686569630000")]
    [InlineData("IMG_2", "0000002066747970617669660000")]
    [InlineData("old", "424D460000000000000036000000280000000200")]
    public void Whatever_begins_as_an_image_becomes_a_row(string name, string head)
    {
        _folder.Write(name, Convert.FromHexString(head));
        Assert.Equal([name], Names());
    }

    [Fact]
    public void What_is_not_read_is_named_with_its_kind()
    {
        using var outside = new TemporaryFolder();
        outside.Write("a.png", "x");
        _folder.Write("a.png", "x");
        _folder.Write("notes.txt", "BM is no image, and this is text");
        _folder.Write("Thumbs.db", "");
        _folder.Write("film.mp4", Convert.FromHexString("000000206674797069736F6D00000200"));
        _folder.Write(".hidden.png", "x");
        _folder.Write(".cache/x.png", "x");
        Link("broken.png", "nowhere.png");
        Link("itself", "itself");
        Link("outside", outside.Path);
        Link("secret.txt", outside.Write("secret.txt", "x"));
        Bash("mkfifo pipe.png");
        Assert.Equal(["a.png"], Names());
        Assert.Equal(
            [
                (".cache", "hidden"), (".hidden.png", "hidden"), ("Thumbs.db", "not_an_image"), ("broken.png", "broken_link"), ("film.mp4", "not_an_image"),
                ("itself", "link_loop"), ("notes.txt", "not_an_image"), ("outside", "link_outside"), ("pipe.png", "not_a_file"), ("secret.txt", "not_an_image"),
            ],
            _skipped.Select(file => (file.Path, file.Kind)).OrderBy(file => file.Path, StringComparer.Ordinal));
        Assert.Contains("--image-root", _skipped.Single(file => file.Path == "outside").Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_linked_folder_inside_is_followed_and_one_that_leads_back_is_not()
    {
        using var allowed = new TemporaryFolder();
        allowed.Write("d.png", "x");
        _folder.Write("one/a.png", "x");
        _folder.Write("two/b.png", "x");
        Link("one/other", "../two");
        Link("two/back", "../one");
        Link("two/up", "..");
        Link("linked.png", "one/a.png");
        Link("zallowed", allowed.Path);
        string[] inside = ["linked.png", "one/a.png", "one/other/b.png", "two/b.png", "two/back/a.png"];
        Assert.Equal(inside, Names());
        Assert.Equal(
            [("one/other/back", "link_loop"), ("one/other/up", "link_loop"), ("two/back/other", "link_loop"), ("two/up", "link_loop"), ("zallowed", "link_outside")],
            _skipped.Select(file => (file.Path, file.Kind)));
        Assert.Equal([.. inside, "zallowed/d.png"], Names(allowed.Path));
    }

    [Fact]
    public void A_folder_that_may_not_be_read_is_named_and_the_rest_is_read()
    {
        _folder.Write("a.png", "x");
        _folder.Write("lost+found/b.png", "x");
        _folder.Write("z.png", "x");
        Bash("chmod 755 . && chmod 000 lost+found");
        try
        {
            Assert.Equal(["a.png", "z.png"], AsNobody(() => Names()));
            Assert.Equal(("lost+found", "unreadable_folder"), _skipped.Select(file => (file.Path, file.Kind)).Single());
            Bash("chmod 000 .");
            Assert.Throws<UnauthorizedAccessException>(() => AsNobody(() => Names()));
        }
        finally
        {
            using var chmod = Process.Start("chmod", ["700", _folder.Path, Path.Combine(_folder.Path, "lost+found")]);
            chmod.WaitForExit();
        }
    }

    [Fact]
    public async Task Names_that_are_no_utf8_are_read_under_escaped_names_and_no_two_names_are_one()
    {
        Bash(@"printf 1 > $'caf\xe9.png'; printf 2 > $'caf\xe8.png'; printf 3 > 'caf%{E9}.png'; printf 4 > 'café.png'; mkdir $'d\xff'; printf 5 > $'d\xff/x.png'; printf 6 > '%{.png'");
        var names = Names();
        Assert.Equal(["%{25}{.png", "caf%{25}{E9}.png", "café.png", "caf%{E8}.png", "caf%{E9}.png", "d%{FF}/x.png"], names);
        var images = LocalImages.Open(_folder.Path, []);
        var contents = new List<string>();
        foreach (var name in names)
            contents.Add(Encoding.UTF8.GetString(Assert.IsType<FetchedImage>(await images.ReadAsync(name, 100, CancellationToken.None)).Bytes.Span));
        Assert.Equal(["6", "3", "4", "2", "1", "5"], contents);
    }

    [Theory]
    [InlineData("data:x.png", "./data:x.png")]
    [InlineData("https:__h.png", "./https:__h.png")]
    [InlineData("C:\\x.png", "./C:\\x.png")]
    [InlineData("file:x.png", "./file:x.png")]
    [InlineData("\\\\server.png", "./\\\\server.png")]
    [InlineData("a b\n#%41?.png", "a b\n#%41?.png")]
    [InlineData(" x .png ", " x .png ")]
    public async Task A_name_of_the_folder_is_data_and_its_image_is_found(string name, string reference)
    {
        _folder.Write(name, Convert.FromHexString("FFD8FF"));
        var input = new FolderInput(LocalImageFolder.Open(_folder.Path), ["q"]);
        Assert.Equal([reference], await InputImages.ListAsync(input, BatchSpec.DefaultMaxLineBytes, CancellationToken.None).ToListAsync());
        Assert.Equal([name], Names());
        var fetcher = new ImageFetcher(LocalImages.Open(_folder.Path, []), urls: null, new ImageFetcherOptions());
        Assert.IsType<FetchedImage>(await fetcher.FetchAsync(reference, CancellationToken.None));
    }

    [Fact]
    public async Task A_path_of_thousands_of_characters_is_read()
    {
        var name = string.Join('/', Enumerable.Repeat(new string('p', 200), 12)) + "/x.png";
        _folder.Write(name, "x");
        Assert.Equal([name], Names());
        Assert.IsType<FetchedImage>(await LocalImages.Open(_folder.Path, []).ReadAsync(name, 100, CancellationToken.None));
    }

    [Fact]
    public void A_stamp_stays_with_the_bytes_and_goes_when_a_file_is_replaced_under_its_old_time()
    {
        var path = _folder.Write("a.png", "one");
        var other = _folder.Write("b.txt", "two");
        var before = LocalImageFolder.Open(_folder.Path).List(null, CancellationToken.None).Single().Stamp;
        Assert.Equal(before, LocalImageFolder.Open(_folder.Path).List(null, CancellationToken.None).Single().Stamp);
        Assert.Equal(before, LocalImages.Open(_folder.Path, []).Look("a.png"));
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(path));
        File.Move(other, path, overwrite: true);
        var after = LocalImageFolder.Open(_folder.Path).List(null, CancellationToken.None).Single().Stamp;
        Assert.Equal(before.Length, after.Length);
        Assert.NotEqual(before, after);
        Assert.Equal(FileStamp.Absent, LocalImages.Open(_folder.Path, []).Look("c.png"));
    }

    private List<string> Names(params string[] allowed)
    {
        _skipped.Clear();
        return [.. LocalImageFolder.Open(_folder.Path, allowed).List(_skipped.Add, CancellationToken.None).Select(image => image.Name)];
    }

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder.Path, name), target);

    private void Bash(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-ec", script]) { WorkingDirectory = _folder.Path })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }

    // Rights do not bind root; a thread whose files are asked for as somebody else's is bound by them.
    private static T AsNobody<T>(Func<T> read)
    {
        T? result = default;
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            _ = SetFileUser(Nobody);
            try
            {
                result = read();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        });
        thread.Start();
        thread.Join();
        return thrown is null ? result! : throw thrown;
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(int user);
}

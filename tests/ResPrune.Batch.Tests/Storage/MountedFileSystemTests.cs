using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

public sealed class MountedFileSystemTests
{
    private const string Root = "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw";

    [Fact]
    public void The_longest_mount_point_that_holds_the_folder_wins()
    {
        string[] table =
        [
            Root,
            "40 27 0:44 / /mnt/data rw shared:2 master:7 - nfs4 server:/data rw,vers=4.1,local_lock=none",
            "41 27 0:45 / /mnt rw - xfs /dev/sdb1 rw",
        ];
        Assert.Equal("nfs4", MountedFileSystem.Of("/mnt/data", table)!.Type);
        Assert.Equal("nfs4", MountedFileSystem.Of("/mnt/data/jobs/a", table)!.Type);
        Assert.Equal("xfs", MountedFileSystem.Of("/mnt/database", table)!.Type);
        Assert.Equal("ext4", MountedFileSystem.Of("/home", table)!.Type);
    }

    [Fact]
    public void Of_two_mounts_on_one_point_the_later_wins()
    {
        string[] table = [Root, "40 27 0:44 / /mnt rw - autofs systemd-1 rw", "41 40 0:45 / /mnt rw - cifs //server/share rw"];
        Assert.Equal("cifs", MountedFileSystem.Of("/mnt/x", table)!.Type);
    }

    [Fact]
    public void Escaped_characters_and_optional_fields_are_read()
    {
        string[] table = [Root, @"40 27 0:44 / /mnt/my\040data\011x\134040 rw,noatime - nfs server:/my\040data rw,nolock"];
        var mount = MountedFileSystem.Of("/mnt/my data\tx\\040/jobs", table)!;
        Assert.Equal("/mnt/my data\tx\\040", mount.Point);
        Assert.Equal("server:/my data", mount.Source);
        Assert.Equal(["rw", "noatime", "rw", "nolock"], mount.Options);
    }

    [Fact]
    public void Lines_that_cannot_be_read_are_no_mounts() =>
        Assert.Null(MountedFileSystem.Of("/x", ["", "27 1 8:1 / / rw", "27 1 8:1 / / rw shared:1 ext4 /dev/sda1 rw", @"1 2 3 / / rw - ext4"]));

    [Fact]
    public void The_table_of_this_machine_names_the_file_system_of_a_folder()
    {
        var mount = MountedFileSystem.Of(Path.GetTempPath(), File.ReadLines(MountedFileSystem.TablePath));
        Assert.NotEmpty(mount!.Type);
    }

    [Theory]
    [InlineData("nfs", "rw,vers=3,nolock,local_lock=all", "nolock")]
    [InlineData("nfs", "rw,vers=3,local_lock=all", "local_lock=all")]
    [InlineData("nfs4", "rw,vers=4.1,local_lock=flock", "local_lock=flock")]
    [InlineData("cifs", "rw,vers=3.1.1,nobrl", "nobrl")]
    [InlineData("smb3", "rw,nobrl", "nobrl")]
    [InlineData("lustre", "rw,localflock", "localflock")]
    [InlineData("fuse.sshfs", "rw,user_id=0", "sshfs")]
    [InlineData("fuse", "rw", "blobfuse2")]
    public void Mounts_whose_locks_stay_on_one_machine_are_known(string type, string options, string named) =>
        Assert.Contains(named, new MountedFileSystem("/mnt", type, "blobfuse2", options.Split(',')).LocksStayLocal()!.Value.Cause, StringComparison.Ordinal);

    [Theory]
    [InlineData("nfs", "rw,vers=3,local_lock=none")]
    [InlineData("nfs4", "rw,local_lock=posix")]
    [InlineData("cifs", "rw,cache=strict")]
    [InlineData("ext4", "rw,nolock,nobrl")]
    [InlineData("9p", "rw,trans=virtio")]
    [InlineData("fuse.glusterfs", "rw")]
    [InlineData("fuseblk", "rw")]
    public void Other_mounts_are_left_to_the_probe(string type, string options) =>
        Assert.Null(new MountedFileSystem("/mnt", type, "blobfuse2", options.Split(',')).LocksStayLocal());
}
